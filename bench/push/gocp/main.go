// gocp is the yardstick: an ADS server on go-control-plane's snapshot cache, with a mesh of the shape that the measured
// control plane is given. GET /update?weight=W changes the route that every virtual node sees and sets all snapshots
// again; with &only=few it changes the route that one virtual node sees, and sets that one's snapshot.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
)

// control holds the weights that the mesh stands at, and the snapshots made from them.
type control struct {
	mu      sync.Mutex
	mesh    mesh
	version int
	cache   cache.SnapshotCache
}

// set makes the snapshots of the virtual nodes from first on again.
func (c *control) set(first int) error {
	c.version++
	for node := first; node <= c.mesh.nodes; node++ {
		snapshot, err := c.mesh.snapshot(node, strconv.Itoa(c.version))
		if err != nil {
			return err
		}
		if err := c.cache.SetSnapshot(context.Background(), c.mesh.id(node), snapshot); err != nil {
			return err
		}
	}
	return nil
}

func (c *control) update(w http.ResponseWriter, r *http.Request) {
	weight, err := strconv.ParseUint(r.URL.Query().Get("weight"), 10, 32)
	if err != nil || weight > 100 {
		http.Error(w, "weight: it has to be a whole number from 0 to 100", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	first := 0
	if r.URL.Query().Get("only") == "few" {
		first = c.mesh.nodes
		c.mesh.fewWeight = uint32(weight)
	} else {
		c.mesh.weight = uint32(weight)
	}
	if err := c.set(first); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func main() {
	nodes := flag.Int("nodes", 200, "virtual nodes")
	backends := flag.Int("backends", 10, "backends of a virtual node")
	flag.Parse()
	c := &control{mesh: mesh{nodes: *nodes, backends: *backends, weight: 50, fewWeight: 50}, cache: cache.NewSnapshotCache(true, cache.IDHash{}, nil)}
	if err := c.set(0); err != nil {
		panic(err)
	}
	ads := listen()
	api := listen()
	g := grpc.NewServer(grpc.MaxConcurrentStreams(1000000))
	discovery.RegisterAggregatedDiscoveryServiceServer(g, server.NewServer(context.Background(), c.cache, nil))
	http.HandleFunc("/update", c.update)
	go func() { panic(http.Serve(api, nil)) }()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"ready": true, "api": "http://" + api.Addr().String(), "ads": ads.Addr().String()}); err != nil {
		panic(err)
	}
	panic(g.Serve(ads))
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return l
}
