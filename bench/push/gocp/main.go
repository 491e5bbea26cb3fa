// gocp is the yardstick: an ADS server on go-control-plane's snapshot cache, with the configurations that the measured control
// plane has. GET /update?host=H&weight=W changes a virtual host's route, and sets the snapshots of those that have it again.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// control holds the configurations, and the snapshots made from them.
type control struct {
	mu             sync.Mutex
	configurations []*configuration
	version        int
	cache          cache.SnapshotCache
}

// set makes these configurations' snapshots.
func (c *control) set(configurations []*configuration) error {
	c.version++
	for _, each := range configurations {
		snapshot, err := each.snapshot(strconv.Itoa(c.version))
		if err != nil {
			return err
		}
		if err := c.cache.SetSnapshot(context.Background(), each.id, snapshot); err != nil {
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
	host := r.URL.Query().Get("host")
	c.mu.Lock()
	defer c.mu.Unlock()
	var changed []*configuration
	for _, each := range c.configurations {
		if each.setWeight(host, uint32(weight)) {
			changed = append(changed, each)
		}
	}
	if err := c.set(changed); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func main() {
	file := flag.String("configurations", "", "what configurations.ts wrote")
	flag.Parse()
	configurations, err := readConfigurations(*file)
	if err != nil {
		panic(err)
	}
	c := &control{configurations: configurations, cache: cache.NewSnapshotCache(true, cache.IDHash{}, nil)}
	if err := c.set(configurations); err != nil {
		panic(err)
	}
	ads := listen()
	api := listen()
	// With a keep-alive time, whatever it is, grpc-go sets TCP_USER_TIMEOUT to 20 s. Linux then cuts connections on which nothing
	// is said for that long, although their keep-alive probes are answered (TCPAbortOnTimeout in nstat).
	never := keepalive.ServerParameters{Time: time.Duration(math.MaxInt64)}
	g := grpc.NewServer(grpc.MaxConcurrentStreams(1000000), grpc.KeepaliveParams(never))
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
