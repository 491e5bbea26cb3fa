package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/appmesh"
)

var paginators = map[string]any{
	"ListGatewayRoutes":   appmesh.NewListGatewayRoutesPaginator,
	"ListMeshes":          appmesh.NewListMeshesPaginator,
	"ListRoutes":          appmesh.NewListRoutesPaginator,
	"ListTagsForResource": appmesh.NewListTagsForResourcePaginator,
	"ListVirtualGateways": appmesh.NewListVirtualGatewaysPaginator,
	"ListVirtualNodes":    appmesh.NewListVirtualNodesPaginator,
	"ListVirtualRouters":  appmesh.NewListVirtualRoutersPaginator,
	"ListVirtualServices": appmesh.NewListVirtualServicesPaginator,
}

// allPages reads a list with the SDK's own paginator, and merges the pages.
func allPages(client *appmesh.Client, operation string, input reflect.Value) (any, error) {
	construct, known := paginators[operation]
	if !known {
		return nil, fmt.Errorf("the SDK has no paginator for %s", operation)
	}
	paginator := reflect.ValueOf(construct).Call([]reflect.Value{reflect.ValueOf(client), input})[0]
	merged := map[string]any{}
	for paginator.MethodByName("HasMorePages").Call(nil)[0].Bool() {
		answer := paginator.MethodByName("NextPage").Call([]reflect.Value{reflect.ValueOf(context.Background())})
		if err, failed := answer[1].Interface().(error); failed {
			return nil, err
		}
		for name, value := range encode(answer[0]).(map[string]any) {
			if items, isList := value.([]any); isList {
				before, _ := merged[name].([]any)
				merged[name] = append(before, items...)
			}
		}
	}
	return merged, nil
}
