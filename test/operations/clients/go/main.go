// Calls App Mesh with the AWS SDK for Go v2: one line of JSON per call on stdin, one per outcome on stdout.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/appmesh"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type options struct {
	Endpoint        string
	Region          string
	Authorities     string // the file of the CA certificate that issued the control plane's certificate
	AccessKeyID     string
	SecretAccessKey string
}

// A call, and whether it requests all pages of a list.
type call struct {
	Operation string
	Input     map[string]any
	Pages     bool
}

func main() {
	var given options
	must(json.Unmarshal([]byte(os.Args[1]), &given))
	client := newClient(given)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var next call
		must(json.Unmarshal(lines.Bytes(), &next))
		outcome, err := json.Marshal(outcomeOf(carryOut(client, next)))
		must(err)
		fmt.Printf("%s\n", outcome)
	}
	must(lines.Err())
}

func newClient(given options) *appmesh.Client {
	authorities := x509.NewCertPool()
	pem, err := os.ReadFile(given.Authorities)
	must(err)
	authorities.AppendCertsFromPEM(pem)
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	})
	return appmesh.New(appmesh.Options{
		BaseEndpoint: aws.String(given.Endpoint),
		Region:       given.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(given.AccessKeyID, given.SecretAccessKey, ""),
		HTTPClient:   transport,
		Retryer:      aws.NopRetryer{},
		// Validation is left to the control plane.
		APIOptions: []func(*middleware.Stack) error{func(stack *middleware.Stack) error {
			// The middleware does not exist if an operation has no required members.
			_, _ = stack.Initialize.Remove("OperationInputValidation")
			return nil
		}},
	})
}

func carryOut(client *appmesh.Client, next call) (any, error) {
	method := reflect.ValueOf(client).MethodByName(next.Operation)
	if !method.IsValid() {
		return nil, fmt.Errorf("the SDK has no operation %s", next.Operation)
	}
	input := reflect.New(method.Type().In(1).Elem())
	if err := decode(next.Input, input.Elem(), next.Operation); err != nil {
		return nil, err
	}
	if next.Pages {
		return allPages(client, next.Operation, input)
	}
	answer := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	if err, failed := answer[1].Interface().(error); failed {
		return nil, err
	}
	return encode(answer[0]), nil
}

func outcomeOf(output any, err error) map[string]any {
	if err == nil {
		return map[string]any{"output": output}
	}
	var failure smithy.APIError
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &failure) || !errors.As(err, &answer) {
		return map[string]any{"fault": err.Error()}
	}
	return map[string]any{
		"error":   failure.ErrorCode(),
		"message": failure.ErrorMessage(),
		"status":  answer.HTTPStatusCode(),
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
