package main

import (
	"context"
	"maps"
	"slices"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"
)

// event is one response to one stream; routes are the encoded route configurations that it brought.
type event struct {
	stream int
	typ    string
	at     time.Time
	routes [][]byte
}

// stream is one proxy. What it has stays when its connection is dropped.
type stream struct {
	number int
	id     string
	conn   *grpc.ClientConn
	// Names that it asks for, by type; and what it has: versions by type (state of the world), or by type and name.
	names    map[string][]string
	versions map[string]string
	known    map[string]map[string]string
}

func newStream(number int, id string) *stream { return (&stream{number: number, id: id}).forget() }

func (s *stream) forget() *stream {
	s.names, s.versions = map[string][]string{}, map[string]string{}
	s.known = map[string]map[string]string{cds: {}, eds: {}, lds: {}, rds: {}}
	return s
}

// asked are the types to ask for at once on connecting: those that take no names, and those whose names are known.
func (s *stream) asked() []string {
	out := []string{cds, lds}
	for _, typ := range []string{eds, rds} {
		if len(s.names[typ]) > 0 {
			out = append(out, typ)
		}
	}
	return out
}

const service = "/envoy.service.discovery.v3.AggregatedDiscoveryService/"

var description = grpc.StreamDesc{ServerStreams: true, ClientStreams: true}

// sotw speaks the state of the world until the stream ends; each response is told of to ev.
func (s *stream) sotw(ctx context.Context, ev chan<- event) error {
	st, err := s.conn.NewStream(ctx, &description, service+"StreamAggregatedResources")
	if err != nil {
		return err
	}
	for i, typ := range s.asked() {
		request := &discovery.DiscoveryRequest{TypeUrl: typ, VersionInfo: s.versions[typ], ResourceNames: s.names[typ]}
		var message any = request
		if i == 0 {
			if message, err = withNode(2, s.id, request); err != nil {
				return err
			}
		}
		if err := st.SendMsg(message); err != nil {
			return err
		}
	}
	nonces := map[string]string{}
	for {
		m := &discovery.DiscoveryResponse{}
		if err := st.RecvMsg(m); err != nil {
			return err
		}
		e := event{stream: s.number, typ: m.TypeUrl, at: time.Now()}
		s.versions[m.TypeUrl], nonces[m.TypeUrl] = m.VersionInfo, m.Nonce
		request := func(typ string) *discovery.DiscoveryRequest {
			return &discovery.DiscoveryRequest{TypeUrl: typ, VersionInfo: s.versions[typ], ResponseNonce: nonces[typ], ResourceNames: s.names[typ]}
		}
		if err := st.SendMsg(request(m.TypeUrl)); err != nil {
			return err
		}
		if m.TypeUrl == rds {
			e.routes = values(m.Resources)
		}
		ev <- e
		typ := next[m.TypeUrl]
		if typ == "" {
			continue
		}
		if names := references(m.Resources); !slices.Equal(names, s.names[typ]) {
			s.names[typ] = names
			if err := st.SendMsg(request(typ)); err != nil {
				return err
			}
		}
	}
}

// delta speaks the incremental variant until the stream ends; each response is told of to ev.
func (s *stream) delta(ctx context.Context, ev chan<- event) error {
	st, err := s.conn.NewStream(ctx, &description, service+"DeltaAggregatedResources")
	if err != nil {
		return err
	}
	for i, typ := range s.asked() {
		request := &discovery.DeltaDiscoveryRequest{TypeUrl: typ, ResourceNamesSubscribe: s.names[typ], InitialResourceVersions: maps.Clone(s.known[typ])}
		var message any = request
		if i == 0 {
			if message, err = withNode(1, s.id, request); err != nil {
				return err
			}
		}
		if err := st.SendMsg(message); err != nil {
			return err
		}
	}
	for {
		m := &discovery.DeltaDiscoveryResponse{}
		if err := st.RecvMsg(m); err != nil {
			return err
		}
		e := event{stream: s.number, typ: m.TypeUrl, at: time.Now()}
		if err := st.SendMsg(&discovery.DeltaDiscoveryRequest{TypeUrl: m.TypeUrl, ResponseNonce: m.Nonce}); err != nil {
			return err
		}
		resources := make([]*anypb.Any, 0, len(m.Resources))
		for _, r := range m.Resources {
			s.known[m.TypeUrl][r.Name] = r.Version
			resources = append(resources, r.Resource)
		}
		for _, name := range m.RemovedResources {
			delete(s.known[m.TypeUrl], name)
		}
		if m.TypeUrl == rds {
			e.routes = values(resources)
		}
		ev <- e
		typ := next[m.TypeUrl]
		if typ == "" {
			continue
		}
		var added []string
		for _, name := range references(resources) {
			if !slices.Contains(s.names[typ], name) {
				added = append(added, name)
			}
		}
		if len(added) > 0 {
			s.names[typ] = append(s.names[typ], added...)
			if err := st.SendMsg(&discovery.DeltaDiscoveryRequest{TypeUrl: typ, ResourceNamesSubscribe: added}); err != nil {
				return err
			}
		}
	}
}

func values(resources []*anypb.Any) [][]byte {
	out := make([][]byte, 0, len(resources))
	for _, r := range resources {
		out = append(out, r.GetValue())
	}
	return out
}
