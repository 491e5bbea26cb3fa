package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
)

// The windows of an Envoy 1.40. Given none, grpc-go sends a ping along with what it acknowledges, to find out its own.
const (
	streamWindow     = 16 << 20
	connectionWindow = 24 << 20
)

// A stream or connection that fails is tried again, with the back-off that Envoy has.
var retries = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 500 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 30 * time.Second},
	MinConnectTimeout: 20 * time.Second,
}

// fleet is all streams, each with a connection of its own.
type fleet struct {
	addr, variant string
	streams       []*stream
	events        chan event
	bytes, failed atomic.Int64
	running       sync.WaitGroup
	dropped       int
	// Of each stream that is up, how to end it.
	up map[int]func()
}

func newFleet(addr string, n int, variant string, id func(i int) string) *fleet {
	f := &fleet{addr: addr, variant: variant, events: make(chan event, 1<<17), up: map[int]func(){}}
	for i := range n {
		f.streams = append(f.streams, newStream(i, id(i)))
	}
	return f
}

// connect dials for all streams that are down, at once, and waits until each has an answer for each type, or the change
// that the command names.
func (f *fleet) connect(c command) (answer, error) {
	start := time.Now()
	w := newWait(f, c, start)
	for i, s := range f.streams {
		if f.up[i] != nil {
			continue
		}
		if !c.Known {
			s.forget()
		}
		if err := f.start(s); err != nil {
			return answer{}, err
		}
		w.expect++
	}
	return w.until(c)
}

func (f *fleet) start(s *stream) error {
	conn, err := grpc.NewClient("passthrough:///"+f.addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(f.dial), grpc.WithConnectParams(retries),
		grpc.WithInitialWindowSize(streamWindow), grpc.WithInitialConnWindowSize(connectionWindow),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<28), grpc.WaitForReady(true), grpc.ForceCodec(codec{})))
	if err != nil {
		return err
	}
	s.conn = conn
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	f.up[s.number] = func() {
		cancel()
		conn.Close()
		<-done
	}
	go func() {
		defer close(done)
		speak := s.delta
		if f.variant == "sotw" {
			speak = s.sotw
		}
		for ctx.Err() == nil {
			if err := speak(ctx, f.events); ctx.Err() == nil && f.failed.Add(1) == 1 {
				fmt.Fprintf(os.Stderr, "xdsload: the first stream that failed is %d: %v\n", s.number, err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(retries.Backoff.BaseDelay):
			}
		}
	}()
	return nil
}

// drop ends so many streams (0: all) together with their connections, each time the next ones.
func (f *fleet) drop(n int) error {
	if n == 0 || n > len(f.streams) {
		n = len(f.streams)
	}
	for range n {
		i := f.dropped % len(f.streams)
		f.dropped++
		if end := f.up[i]; end != nil {
			end()
			delete(f.up, i)
		}
	}
	return nil
}

// dial counts the bytes that come.
func (f *fleet) dial(ctx context.Context, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return counted{conn, &f.bytes}, nil
}

type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}
