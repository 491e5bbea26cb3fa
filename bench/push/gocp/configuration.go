package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	// What listeners hold: go-control-plane looks into their connection managers for the names of routes.
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// configuration is what one virtual node is to have.
type configuration struct {
	id                  string
	clusters, listeners []types.Resource
	routes              []*route.RouteConfiguration
}

// readConfigurations reads what configurations.ts wrote: one a line, resources as encoded Any.
func readConfigurations(file string) ([]*configuration, error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	var all []*configuration
	for lines := json.NewDecoder(opened); ; {
		var line struct {
			ID        string   `json:"id"`
			Resources []string `json:"resources"`
		}
		if err := lines.Decode(&line); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		c := &configuration{id: line.ID}
		for _, encoded := range line.Resources {
			if err := c.add(encoded); err != nil {
				return nil, fmt.Errorf("%s: %w", line.ID, err)
			}
		}
		all = append(all, c)
	}
}

func (c *configuration) add(encoded string) error {
	bytes, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err
	}
	var packed anypb.Any
	if err := proto.Unmarshal(bytes, &packed); err != nil {
		return err
	}
	message, err := packed.UnmarshalNew()
	if err != nil {
		return err
	}
	switch message := message.(type) {
	case *cluster.Cluster:
		c.clusters = append(c.clusters, message)
	case *listener.Listener:
		c.listeners = append(c.listeners, message)
	case *route.RouteConfiguration:
		c.routes = append(c.routes, message)
	default:
		return fmt.Errorf("a resource of type %T", message)
	}
	return nil
}

// setWeight gives the first of the two clusters behind a host so much of a hundred, and the second the rest. It answers
// whether the configuration has that host. What was there before stays as it is: streams may be reading it.
func (c *configuration) setWeight(host string, weight uint32) bool {
	for at, routes := range c.routes {
		for index, virtual := range routes.VirtualHosts {
			if virtual.Name != host {
				continue
			}
			next := proto.CloneOf(routes)
			clusters := next.VirtualHosts[index].Routes[0].GetRoute().GetWeightedClusters().Clusters
			clusters[0].Weight, clusters[1].Weight = wrapperspb.UInt32(weight), wrapperspb.UInt32(100-weight)
			c.routes = append([]*route.RouteConfiguration{}, c.routes...)
			c.routes[at] = next
			return true
		}
	}
	return false
}

// snapshot is the configuration in the form that go-control-plane serves. Only routes change: the other types keep their
// version, so that they are not sent again.
func (c *configuration) snapshot(version string) (*cache.Snapshot, error) {
	routes := make([]types.Resource, len(c.routes))
	for i, each := range c.routes {
		routes[i] = each
	}
	s, err := cache.NewSnapshot(version, map[resource.Type][]types.Resource{
		resource.ClusterType: c.clusters, resource.ListenerType: c.listeners, resource.RouteType: routes,
	})
	if err != nil {
		return nil, err
	}
	s.Resources[types.Cluster].Version, s.Resources[types.Listener].Version = "1", "1"
	return s, nil
}
