package main

import (
	"fmt"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/wellknown"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// mesh is as many virtual nodes as it says, vn-0 to vn-(nodes-1), and one more, vn-few. Each calls service 0, whose route
// has the weight, and the services after its own number; vn-few calls svc-few instead of the last of these.
type mesh struct {
	nodes, backends   int
	weight, fewWeight uint32
}

// id is a virtual node's node.id; the number behind the last is that of vn-few.
func (m mesh) id(node int) string {
	if node == m.nodes {
		return "mesh/bench/virtualNode/vn-few"
	}
	return fmt.Sprintf("mesh/bench/virtualNode/vn-%d", node)
}

// snapshot is all that one virtual node is to have: its own listener, a virtual host a backend and two clusters behind it.
func (m mesh) snapshot(node int, version string) (*cache.Snapshot, error) {
	clusters := []types.Resource{clusterOf("cds_ingress_bench_vn", "127.0.0.1")}
	egress := &route.RouteConfiguration{Name: "rds_egress_http_8080"}
	add := func(service string, a, b int, weight uint32) {
		names := [2]string{}
		for i, target := range []int{a, b} {
			names[i] = fmt.Sprintf("cds_egress_bench_vn-%d_http_8080", target)
			clusters = append(clusters, clusterOf(names[i], fmt.Sprintf("vn-%d.bench.local", target)))
		}
		egress.VirtualHosts = append(egress.VirtualHosts, virtualHost(service, names, weight))
	}
	add("svc-0.bench.local", 0, m.nodes/2, m.weight)
	for b := 1; b < m.backends; b++ {
		service := 1 + (node+b)%(m.nodes-1)
		if node == m.nodes && b == m.backends-1 {
			add("svc-few.bench.local", service, (service+m.nodes/2)%m.nodes, m.fewWeight)
		} else {
			add(fmt.Sprintf("svc-%d.bench.local", service), service, (service+m.nodes/2)%m.nodes, 50)
		}
	}
	ingress := &route.RouteConfiguration{Name: "rds_ingress_http_8080", VirtualHosts: []*route.VirtualHost{{Name: "ingress", Domains: []string{"*"}, Routes: []*route.Route{{
		Match:  everything(),
		Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: "cds_ingress_bench_vn"}}}}}}}}
	listeners := []types.Resource{httpListener("lds_ingress_0.0.0.0_15000", 15000, ingress.Name), httpListener("lds_egress_0.0.0.0_15001", 15001, egress.Name)}
	s, err := cache.NewSnapshot(version, map[resource.Type][]types.Resource{
		resource.ClusterType: clusters, resource.ListenerType: listeners, resource.RouteType: {ingress, egress},
	})
	if err != nil {
		return nil, err
	}
	// Only the routes change: the other types keep their version, so that they are not sent again.
	s.Resources[types.Cluster].Version, s.Resources[types.Listener].Version = "1", "1"
	return s, nil
}

func virtualHost(service string, clusters [2]string, weight uint32) *route.VirtualHost {
	weighted := &route.WeightedCluster{Clusters: []*route.WeightedCluster_ClusterWeight{
		{Name: clusters[0], Weight: wrapperspb.UInt32(weight)}, {Name: clusters[1], Weight: wrapperspb.UInt32(100 - weight)}}}
	return &route.VirtualHost{Name: service, Domains: []string{service, service + ":8080"}, Routes: []*route.Route{{
		Name:  "all",
		Match: everything(),
		Action: &route.Route_Route{Route: &route.RouteAction{
			Timeout: durationpb.New(15 * time.Second),
			RetryPolicy: &route.RetryPolicy{RetryOn: "connect-failure,refused-stream,reset", NumRetries: wrapperspb.UInt32(2),
				RetryHostPredicate: []*route.RetryPolicy_RetryHostPredicate{{Name: "envoy.retry_host_predicates.previous_hosts"}}, HostSelectionRetryMaxAttempts: 5},
			ClusterSpecifier: &route.RouteAction_WeightedClusters{WeightedClusters: weighted}}}}}}
}

func everything() *route.RouteMatch {
	return &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: "/"}}
}

func clusterOf(name, host string) *cluster.Cluster {
	const unlimited = 2147483647
	return &cluster.Cluster{
		Name: name, ConnectTimeout: durationpb.New(time.Second),
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_STRICT_DNS},
		LoadAssignment: &endpoint.ClusterLoadAssignment{ClusterName: name, Endpoints: []*endpoint.LocalityLbEndpoints{{LbEndpoints: []*endpoint.LbEndpoint{{
			HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{Address: socketAddress(host, 8080)}}}}}}},
		CircuitBreakers: &cluster.CircuitBreakers{Thresholds: []*cluster.CircuitBreakers_Thresholds{{
			MaxRequests: wrapperspb.UInt32(unlimited), MaxConnections: wrapperspb.UInt32(unlimited), MaxPendingRequests: wrapperspb.UInt32(unlimited)}}},
		OutlierDetection: &cluster.OutlierDetection{Consecutive_5Xx: wrapperspb.UInt32(5), Interval: durationpb.New(10 * time.Second),
			BaseEjectionTime: durationpb.New(30 * time.Second), MaxEjectionPercent: wrapperspb.UInt32(50)},
	}
}

func httpListener(name string, port uint32, routes string) *listener.Listener {
	ads := &core.ConfigSource{ResourceApiVersion: core.ApiVersion_V3, ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}}}
	manager := &hcm.HttpConnectionManager{StatPrefix: name, RouteSpecifier: &hcm.HttpConnectionManager_Rds{Rds: &hcm.Rds{ConfigSource: ads, RouteConfigName: routes}},
		HttpFilters: []*hcm.HttpFilter{{Name: wellknown.Router, ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: packed(&router.Router{})}}}}
	return &listener.Listener{Name: name, Address: socketAddress("0.0.0.0", port),
		FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{Name: wellknown.HTTPConnectionManager, ConfigType: &listener.Filter_TypedConfig{TypedConfig: packed(manager)}}}}}}
}

func socketAddress(host string, port uint32) *core.Address {
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{Address: host, PortSpecifier: &core.SocketAddress_PortValue{PortValue: port}}}}
}

func packed(message types.Resource) *anypb.Any {
	any, err := anypb.New(message)
	if err != nil {
		panic(err)
	}
	return any
}
