package main

import (
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"
)

// decode fills one of the SDK's types from JSON, by the names of the API model.
func decode(from any, into reflect.Value, path string) error {
	switch value := from.(type) {
	case map[string]any:
		return decodeStructure(value, into, path)
	case []any:
		if into.Kind() != reflect.Slice {
			return mismatch(from, into, path)
		}
		into.Set(reflect.MakeSlice(into.Type(), len(value), len(value)))
		for index, item := range value {
			if err := decode(item, into.Index(index), fmt.Sprintf("%s[%d]", path, index)); err != nil {
				return err
			}
		}
		return nil
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		return decode(from, into.Elem(), path)
	}
	switch value := from.(type) {
	case string:
		if into.Kind() == reflect.String {
			into.SetString(value)
			return nil
		}
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(value)
			return nil
		}
	case float64:
		if into.CanInt() {
			into.SetInt(int64(value))
			return nil
		}
	}
	return mismatch(from, into, path)
}

func decodeStructure(from map[string]any, into reflect.Value, path string) error {
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		return decodeStructure(from, into.Elem(), path)
	}
	for name, value := range from {
		var target reflect.Value
		if into.Kind() == reflect.Interface {
			member, err := memberOf(into.Type(), name)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			chosen := reflect.New(member)
			into.Set(chosen)
			target = chosen.Elem().FieldByName("Value")
		} else {
			target = into.FieldByName(upper(name))
		}
		if !target.IsValid() {
			return fmt.Errorf("%s: %s has no %s", path, into.Type(), name)
		}
		if err := decode(value, target, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func mismatch(from any, into reflect.Value, path string) error {
	return fmt.Errorf("%s: %v is no %s", path, from, into.Type())
}

func upper(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

func lower(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}
