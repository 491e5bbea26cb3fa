package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// change sends a command's requests and waits until as many streams as it expects have the last one's effect.
func (f *fleet) change(c command) (answer, error) {
	f.drain()
	start := time.Now()
	w := newWait(f, c, start)
	w.expect = c.Expect
	sent := make(chan requested, 1)
	go func() {
		r := sendAll(c, start)
		if r.err != nil {
			close(w.stop)
		}
		sent <- r
	}()
	a, err := w.until(c)
	if err != nil {
		return a, err
	}
	r := <-sent
	a.Answered, a.Span = r.answered, r.span
	a.Settled = a.Ms - r.lastSent
	return a, r.err
}

type requested struct {
	answered, lastSent, span float64
	err                      error
}

func sendAll(c command, start time.Time) requested {
	var out requested
	var first float64
	for i, each := range c.Requests {
		due := start.Add(time.Duration(float64(i) * c.EveryMs * float64(time.Millisecond)))
		time.Sleep(time.Until(due))
		out.lastSent = milliseconds(time.Since(start))
		if out.err = send(each); out.err != nil {
			return out
		}
		now := milliseconds(time.Since(start))
		out.answered = now - out.lastSent
		if i == 0 {
			first = now
		}
		out.span = now - first
	}
	return out
}

func send(r request) error {
	request, err := http.NewRequest(r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", r.Method, r.URL, response.Status, body)
	}
	return err
}

// idle looks for so long what comes although nothing changes.
func (f *fleet) idle(c command) (answer, error) {
	f.drain()
	from := f.bytes.Load()
	time.Sleep(time.Duration(c.Ms * float64(time.Millisecond)))
	return answer{Messages: int64(f.drain()), Bytes: f.bytes.Load() - from}, nil
}

func (f *fleet) drain() int {
	for n := 0; ; n++ {
		select {
		case <-f.events:
		default:
			return n
		}
	}
}

// wait follows the streams until enough of them have what they are to have.
type wait struct {
	fleet    *fleet
	start    time.Time
	from     int64
	expect   int
	types    map[int]map[string]bool
	had      map[int]time.Duration
	last     map[int]time.Duration
	gap      time.Duration
	messages int64
	// Closed when there is nothing to wait for any more.
	stop chan struct{}
	// By content, whether routes say what is waited for: all proxies of a virtual node are sent the same.
	right map[string]bool
}

func newWait(f *fleet, c command, start time.Time) *wait {
	return &wait{fleet: f, start: start, from: f.bytes.Load(), types: map[int]map[string]bool{}, had: map[int]time.Duration{},
		last: map[int]time.Duration{}, right: map[string]bool{}, stop: make(chan struct{})}
}

func (w *wait) until(c command) (answer, error) {
	timeout := time.After(limit)
	for len(w.had) < w.expect {
		select {
		case e := <-w.fleet.events:
			w.take(e, c)
		case <-w.stop:
			return w.answer(), nil
		case <-timeout:
			return answer{}, fmt.Errorf("%d of %d streams have all after %v", len(w.had), w.expect, limit)
		}
	}
	for quiet := time.After(time.Duration(c.Ms * float64(time.Millisecond))); ; {
		select {
		case e := <-w.fleet.events:
			w.take(e, c)
			continue
		case <-quiet:
		}
		return w.answer(), nil
	}
}

func (w *wait) take(e event, c command) {
	at := e.at.Sub(w.start)
	w.messages++
	w.gap = max(w.gap, at-w.last[e.stream])
	w.last[e.stream] = at
	if _, has := w.had[e.stream]; has {
		return
	}
	if c.Host != "" {
		if e.typ == rds && w.isRight(e.routes, c) {
			w.had[e.stream] = at
		}
		return
	}
	seen := w.types[e.stream]
	if seen == nil {
		seen = map[string]bool{}
		w.types[e.stream] = seen
	}
	seen[e.typ] = true
	if seen[cds] && seen[lds] && seen[rds] {
		w.had[e.stream] = at
	}
}

func (w *wait) isRight(routes [][]byte, c command) bool {
	var key strings.Builder
	for _, bytes := range routes {
		key.Write(bytes)
	}
	right, known := w.right[key.String()]
	if !known {
		right = hasWeight(routes, c.Host, c.Weight)
		w.right[key.String()] = right
	}
	return right
}

func (w *wait) answer() answer {
	times := make([]float64, 0, len(w.had))
	for _, d := range w.had {
		times = append(times, milliseconds(d))
	}
	slices.Sort(times)
	a := answer{Gap: milliseconds(w.gap), Messages: w.messages, Bytes: w.fleet.bytes.Load() - w.from, Reached: len(w.last)}
	if n := len(times); n > 0 {
		a.P50, a.P99, a.Ms = times[(n-1)/2], times[(n*99+99)/100-1], times[n-1]
	}
	return a
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
