# bash completion for daybreak
_daybreak() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path='' next words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="$path${path:+ }${COMP_WORDS[i]}"
    case $next in
      'token'|'token create'|'apply'|'get'|'delete'|'export'|'import'|'completion') path=$next ;;
    esac
  done
  case "$path|$previous" in
    'token create|--node') words='' ;;
    'apply|--endpoint') words='' ;;
    'apply|--region') words='' ;;
    'apply|--ca-file') words='' ;;
    'apply|--mesh') words='' ;;
    'apply|--mesh-owner') words='' ;;
    'apply|-f'|'apply|--filename') words='' ;;
    'apply|-l'|'apply|--selector') words='' ;;
    'apply|-o'|'apply|--output') words='text json' ;;
    'get|--endpoint') words='' ;;
    'get|--region') words='' ;;
    'get|--ca-file') words='' ;;
    'get|--mesh') words='' ;;
    'get|--mesh-owner') words='' ;;
    'get|--virtual-router') words='' ;;
    'get|--virtual-gateway') words='' ;;
    'get|-o'|'get|--output') words='table json yaml' ;;
    'delete|--endpoint') words='' ;;
    'delete|--region') words='' ;;
    'delete|--ca-file') words='' ;;
    'delete|--mesh') words='' ;;
    'delete|--mesh-owner') words='' ;;
    'delete|--virtual-router') words='' ;;
    'delete|--virtual-gateway') words='' ;;
    'delete|-f'|'delete|--filename') words='' ;;
    'delete|-o'|'delete|--output') words='text json' ;;
    'export|--endpoint') words='' ;;
    'export|--region') words='' ;;
    'export|--ca-file') words='' ;;
    'export|--mesh') words='' ;;
    'export|--mesh-owner') words='' ;;
    'export|-o'|'export|--output') words='yaml json' ;;
    'export|--as') words='cloudformation terraform kubernetes' ;;
    'import|-f'|'import|--filename') words='' ;;
    'import|--from') words='cloudformation terraform kubernetes describe service-connect' ;;
    'import|--parameter') words='' ;;
    'import|--parameters-file') words='' ;;
    'import|--outputs') words='' ;;
    'import|--mesh') words='' ;;
    'import|--account') words='' ;;
    'import|--region') words='' ;;
    'import|--max-file-size') words='' ;;
    'import|-o'|'import|--output') words='' ;;
    'import|--report') words='' ;;
    'import|--endpoint') words='' ;;
    'import|--ca-file') words='' ;;
    *)
      if [[ $word == -* ]]; then
        case $path in
        '') words='-V --version -h --help' ;;
        'token') words='-h --help' ;;
        'token create') words='--node -h --help' ;;
        'apply') words='--endpoint --region --ca-file --mesh --mesh-owner -f --filename -R --recursive --dry-run --exit-code --prune -l --selector -o --output -h --help' ;;
        'get') words='--endpoint --region --ca-file --mesh --mesh-owner --virtual-router --virtual-gateway -o --output -h --help' ;;
        'delete') words='--endpoint --region --ca-file --mesh --mesh-owner --virtual-router --virtual-gateway -f --filename -R --recursive --ignore-not-found -o --output -h --help' ;;
        'export') words='--endpoint --region --ca-file --mesh --mesh-owner -o --output --as -h --help' ;;
        'import') words='-f --filename --from --parameter --parameters-file --outputs --mesh --account --region --max-file-size -o --output --apply --dry-run --report --endpoint --ca-file -h --help' ;;
        'completion') words='-h --help' ;;
        esac
      else
        case $path in
        '') words='token apply get delete export import completion' ;;
        'token') words='create' ;;
        'token create') words='one two' ;;
        'apply') words='' ;;
        'get') words='mesh virtualnode virtualrouter route virtualservice virtualgateway gatewayroute meshidentity nodeidentity accesspolicy' ;;
        'delete') words='mesh virtualnode virtualrouter route virtualservice virtualgateway gatewayroute meshidentity nodeidentity accesspolicy' ;;
        'export') words='' ;;
        'import') words='' ;;
        'completion') words='bash zsh fish' ;;
        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _daybreak daybreak
