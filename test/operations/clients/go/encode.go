package main

import (
	"reflect"
	"strings"
	"time"
)

// encode converts one of the SDK's types to JSON, by the names of the API model. A member that is absent from an answer is nil; an absent
// enumeration is the empty string.
func encode(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		if name, isMember := memberName(value.Elem().Type()); isMember {
			return map[string]any{name: encode(value.Elem().FieldByName("Value"))}
		}
		return encode(value.Elem())
	case reflect.Slice:
		if value.IsNil() {
			return nil
		}
		items := make([]any, value.Len())
		for index := range items {
			items[index] = encode(value.Index(index))
		}
		return items
	case reflect.Struct:
		if moment, isTime := value.Interface().(time.Time); isTime {
			return float64(moment.UnixMilli()) / 1000
		}
		return encodeStructure(value)
	default:
		return value.Interface()
	}
}

func encodeStructure(value reflect.Value) map[string]any {
	members := map[string]any{}
	for index := range value.NumField() {
		field := value.Type().Field(index)
		if !field.IsExported() || field.Name == "ResultMetadata" {
			continue
		}
		item := encode(value.Field(index))
		isUnsetEnum := field.Type.Kind() == reflect.String && value.Field(index).Len() == 0
		if item != nil && !isUnsetEnum {
			members[lower(field.Name)] = item
		}
	}
	return members
}

func memberName(member reflect.Type) (string, bool) {
	_, name, found := strings.Cut(member.Name(), "Member")
	return lower(name), found && member.Kind() == reflect.Struct
}
