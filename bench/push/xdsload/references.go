package main

import (
	"slices"
	"sync"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	cds = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	eds = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
	lds = "type.googleapis.com/envoy.config.listener.v3.Listener"
	rds = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
)

// next is the type that a type's resources refer to by name.
var next = map[string]string{cds: eds, lds: rds}

// referred keeps, by content, what a resource refers to: most streams are sent what another was sent before.
var referred sync.Map

// references are the names of endpoints and routes that clusters and listeners ask for.
func references(resources []*anypb.Any) []string {
	var out []string
	for _, r := range resources {
		key := string(r.Value)
		names, known := referred.Load(key)
		if !known {
			names = refersTo(r)
			referred.Store(key, names)
		}
		out = append(out, names.([]string)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func refersTo(r *anypb.Any) []string {
	switch r.TypeUrl {
	case cds:
		var c cluster.Cluster
		if r.UnmarshalTo(&c) != nil || c.GetType() != cluster.Cluster_EDS {
			return nil
		}
		if name := c.GetEdsClusterConfig().GetServiceName(); name != "" {
			return []string{name}
		}
		return []string{c.GetName()}
	case lds:
		var l listener.Listener
		if r.UnmarshalTo(&l) != nil {
			return nil
		}
		var out []string
		for _, chain := range append(l.GetFilterChains(), l.GetDefaultFilterChain()) {
			for _, filter := range chain.GetFilters() {
				var h hcm.HttpConnectionManager
				if filter.GetTypedConfig() != nil && filter.GetTypedConfig().UnmarshalTo(&h) == nil && h.GetRds() != nil {
					out = append(out, h.GetRds().GetRouteConfigName())
				}
			}
		}
		return out
	}
	return nil
}

// hasWeight tells whether any of these route configurations gives the first cluster of a virtual host a weight.
func hasWeight(resources [][]byte, host string, weight uint32) bool {
	for _, bytes := range resources {
		var configuration route.RouteConfiguration
		if proto.Unmarshal(bytes, &configuration) != nil {
			continue
		}
		for _, h := range configuration.VirtualHosts {
			if h.Name != host {
				continue
			}
			clusters := h.Routes[0].GetRoute().GetWeightedClusters().GetClusters()
			if len(clusters) > 0 && clusters[0].GetWeight().GetValue() == weight {
				return true
			}
		}
	}
	return false
}
