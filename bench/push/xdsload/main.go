// xdsload holds many ADS streams, acknowledges all that they are sent, and says how long a change takes to reach them.
// It speaks plain xDS, so it can be pointed at any ADS server. It does what it is told on stdin, a JSON object a line
// (see command), and answers each with a line of JSON on stdout (see answer). Times are in milliseconds.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// command says what to do: "connect" all streams that are down, "drop" so many of them, make a "change", or be "idle".
type command struct {
	Do string
	// Streams to drop; 0 means all.
	Streams int
	// Known: streams that connect say what they have from before, as an Envoy that has lost its server does.
	Known bool
	// Requests of a change, one every EveryMs after the first, each once the one before it is answered.
	Requests []request
	EveryMs  float64
	// A stream has the change once its routes give the first cluster of virtual host Host the weight Weight. Expect is
	// how many streams are to have it; a connect with a Host waits for it too, in place of an answer for each type.
	Host   string
	Weight uint32
	Expect int
	// How long to be idle, or to look for what still comes after a change.
	Ms float64
}

type request struct{ Method, URL, Body string }

// answer says what came of a command.
type answer struct {
	Error string `json:"error,omitempty"`
	// From the first dial, or from sending the first request, until the last stream had all.
	Ms float64 `json:"ms"`
	// The same until the median of all streams had it, and until 99 of 100.
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	// From sending a request until it was answered, and from the first to the last answer.
	Answered float64 `json:"answered"`
	Span     float64 `json:"span"`
	// From sending the last request until the last stream had what it says.
	Settled float64 `json:"settled"`
	// The longest time that any stream was sent nothing during the change.
	Gap float64 `json:"gap"`
	// Responses, and all bytes that came over the connections.
	Messages int64 `json:"messages"`
	Bytes    int64 `json:"bytes"`
	// Streams that were sent something; and streams that ended although nobody dropped them, which then connect again.
	Reached int   `json:"reached"`
	Failed  int64 `json:"failed"`
}

const limit = 5 * time.Minute

func main() {
	addr := flag.String("addr", "127.0.0.1:18000", "ADS server")
	n := flag.Int("n", 1000, "streams")
	nodes := flag.Int("nodes", 200, "virtual nodes that the streams are spread over")
	few := flag.Int("few", 5, "of the streams, how many are for virtual node vn-few")
	variant := flag.String("variant", "delta", "sotw or delta")
	flag.Parse()
	if *variant != "sotw" && *variant != "delta" {
		fail(fmt.Errorf("-variant %q: it has to be sotw or delta", *variant))
	}
	f := newFleet(*addr, *n, *variant, func(i int) string {
		if i >= *n-*few {
			return "mesh/bench/virtualNode/vn-few"
		}
		return fmt.Sprintf("mesh/bench/virtualNode/vn-%d", i%*nodes)
	})
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var c command
		if err := in.Decode(&c); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fail(err)
		}
		a, err := f.do(c)
		if err != nil {
			a.Error = err.Error()
		}
		a.Failed = f.failed.Swap(0)
		if err := out.Encode(a); err != nil {
			fail(err)
		}
	}
}

func (f *fleet) do(c command) (answer, error) {
	switch c.Do {
	case "connect":
		return f.connect(c)
	case "drop":
		return answer{}, f.drop(c.Streams)
	case "change":
		return f.change(c)
	case "idle":
		return f.idle(c)
	}
	return answer{}, fmt.Errorf("do %q: it has to be connect, drop, change or idle", c.Do)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "xdsload:", err)
	os.Exit(1)
}
