package main

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/appmesh/types"
)

// unionMembers are the SDK's types for the members of unions: `ListenerTimeoutMemberHttp` is `http` in a `ListenerTimeout`.
// Go cannot list the types of a package.
var unionMembers = []any{
	(*types.AccessLogMemberFile)(nil),
	(*types.BackendMemberVirtualService)(nil),
	(*types.ClientTlsCertificateMemberFile)(nil),
	(*types.ClientTlsCertificateMemberSds)(nil),
	(*types.GrpcMetadataMatchMethodMemberExact)(nil),
	(*types.GrpcMetadataMatchMethodMemberPrefix)(nil),
	(*types.GrpcMetadataMatchMethodMemberRange)(nil),
	(*types.GrpcMetadataMatchMethodMemberRegex)(nil),
	(*types.GrpcMetadataMatchMethodMemberSuffix)(nil),
	(*types.GrpcRouteMetadataMatchMethodMemberExact)(nil),
	(*types.GrpcRouteMetadataMatchMethodMemberPrefix)(nil),
	(*types.GrpcRouteMetadataMatchMethodMemberRange)(nil),
	(*types.GrpcRouteMetadataMatchMethodMemberRegex)(nil),
	(*types.GrpcRouteMetadataMatchMethodMemberSuffix)(nil),
	(*types.HeaderMatchMethodMemberExact)(nil),
	(*types.HeaderMatchMethodMemberPrefix)(nil),
	(*types.HeaderMatchMethodMemberRange)(nil),
	(*types.HeaderMatchMethodMemberRegex)(nil),
	(*types.HeaderMatchMethodMemberSuffix)(nil),
	(*types.ListenerTimeoutMemberGrpc)(nil),
	(*types.ListenerTimeoutMemberHttp)(nil),
	(*types.ListenerTimeoutMemberHttp2)(nil),
	(*types.ListenerTimeoutMemberTcp)(nil),
	(*types.ListenerTlsCertificateMemberAcm)(nil),
	(*types.ListenerTlsCertificateMemberFile)(nil),
	(*types.ListenerTlsCertificateMemberSds)(nil),
	(*types.ListenerTlsValidationContextTrustMemberFile)(nil),
	(*types.ListenerTlsValidationContextTrustMemberSds)(nil),
	(*types.LoggingFormatMemberJson)(nil),
	(*types.LoggingFormatMemberText)(nil),
	(*types.ServiceDiscoveryMemberAwsCloudMap)(nil),
	(*types.ServiceDiscoveryMemberDns)(nil),
	(*types.TlsValidationContextTrustMemberAcm)(nil),
	(*types.TlsValidationContextTrustMemberFile)(nil),
	(*types.TlsValidationContextTrustMemberSds)(nil),
	(*types.VirtualGatewayAccessLogMemberFile)(nil),
	(*types.VirtualGatewayClientTlsCertificateMemberFile)(nil),
	(*types.VirtualGatewayClientTlsCertificateMemberSds)(nil),
	(*types.VirtualGatewayConnectionPoolMemberGrpc)(nil),
	(*types.VirtualGatewayConnectionPoolMemberHttp)(nil),
	(*types.VirtualGatewayConnectionPoolMemberHttp2)(nil),
	(*types.VirtualGatewayListenerTlsCertificateMemberAcm)(nil),
	(*types.VirtualGatewayListenerTlsCertificateMemberFile)(nil),
	(*types.VirtualGatewayListenerTlsCertificateMemberSds)(nil),
	(*types.VirtualGatewayListenerTlsValidationContextTrustMemberFile)(nil),
	(*types.VirtualGatewayListenerTlsValidationContextTrustMemberSds)(nil),
	(*types.VirtualGatewayTlsValidationContextTrustMemberAcm)(nil),
	(*types.VirtualGatewayTlsValidationContextTrustMemberFile)(nil),
	(*types.VirtualGatewayTlsValidationContextTrustMemberSds)(nil),
	(*types.VirtualNodeConnectionPoolMemberGrpc)(nil),
	(*types.VirtualNodeConnectionPoolMemberHttp)(nil),
	(*types.VirtualNodeConnectionPoolMemberHttp2)(nil),
	(*types.VirtualNodeConnectionPoolMemberTcp)(nil),
	(*types.VirtualServiceProviderMemberVirtualNode)(nil),
	(*types.VirtualServiceProviderMemberVirtualRouter)(nil),
}

// memberOf returns the type for a member of a union.
func memberOf(union reflect.Type, name string) (reflect.Type, error) {
	for _, each := range unionMembers {
		member := reflect.TypeOf(each)
		if found, _ := memberName(member.Elem()); found == name && member.Implements(union) {
			return member.Elem(), nil
		}
	}
	return nil, fmt.Errorf("%s has no member %s", union, name)
}
