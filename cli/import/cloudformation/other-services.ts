/**
 * Resources of other services that are called by a property of theirs, where the template gives it: by type, and by the
 * attribute (`Ref`: the resource itself). What a `Ref` to Cloud Map gives is an id, which App Mesh has no use for, so the name
 * is meant.
 */
export const NAMES_OF_OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::ServiceDiscovery::Service': { Ref: 'Name', Name: 'Name' },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': { Ref: 'Name', Name: 'Name' },
  'AWS::ServiceDiscovery::PublicDnsNamespace': { Ref: 'Name', Name: 'Name' },
  'AWS::ServiceDiscovery::HttpNamespace': { Ref: 'Name', Name: 'Name' },
  'AWS::SSM::Parameter': { Ref: 'Name', Value: 'Value' },
  'AWS::Route53::RecordSet': { Ref: 'Name' },
  'AWS::ECS::Cluster': { Ref: 'ClusterName' },
  'AWS::Logs::LogGroup': { Ref: 'LogGroupName' },
  'AWS::S3::Bucket': { Ref: 'BucketName' },
};
