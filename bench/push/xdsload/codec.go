package main

import (
	_ "embed"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// envoyNode is the node message of a real Envoy 1.40.0 with all of its extensions, without id and cluster.
//
//go:embed envoy-1.40.0-node.binpb
var envoyNode []byte

// encoded is a message that is bytes already: the node is the same for all streams but for its name.
type encoded []byte

// codec is gRPC's own for protobuf, and passes encoded messages on.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) ([]byte, error) {
	if bytes, ok := v.(encoded); ok {
		return bytes, nil
	}
	return proto.Marshal(v.(proto.Message))
}

func (codec) Unmarshal(bytes []byte, v any) error { return proto.Unmarshal(bytes, v.(proto.Message)) }

// withNode is a request with the node before it, in the field of that number.
func withNode(field protowire.Number, id string, request proto.Message) (encoded, error) {
	rest, err := proto.Marshal(request)
	if err != nil {
		return nil, err
	}
	var name []byte
	for _, number := range []protowire.Number{1, 2} { // id and cluster
		name = protowire.AppendTag(name, number, protowire.BytesType)
		name = protowire.AppendString(name, id)
	}
	out := make([]byte, 0, len(envoyNode)+len(rest)+2*len(name))
	out = protowire.AppendTag(out, field, protowire.BytesType)
	out = protowire.AppendVarint(out, uint64(len(name)+len(envoyNode)))
	out = append(append(out, name...), envoyNode...)
	return append(out, rest...), nil
}
