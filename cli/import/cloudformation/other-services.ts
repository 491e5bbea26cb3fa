/**
 * Attributes of other services whose value is a property of the resource, by type and attribute (`Ref` for the resource
 * itself). A `Ref` to a Cloud Map resource returns an id, which App Mesh does not accept; import takes the name instead.
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
