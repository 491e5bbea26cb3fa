package daybreak.operations;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;

/** Writes maps, lists, strings, numbers and booleans as JSON. */
final class Json {
    private Json() {}

    static String text(Object value) {
        JsonWriter writer = JsonWriter.create();
        write(writer, value);
        return new String(writer.getBytes(), StandardCharsets.UTF_8);
    }

    private static void write(JsonWriter writer, Object value) {
        if (value instanceof Map<?, ?> members) {
            writer.writeStartObject();
            members.forEach((name, item) -> {
                writer.writeFieldName((String) name);
                write(writer, item);
            });
            writer.writeEndObject();
        } else if (value instanceof List<?> items) {
            writer.writeStartArray();
            items.forEach(item -> write(writer, item));
            writer.writeEndArray();
        } else if (value instanceof String text) {
            writer.writeValue(text);
        } else if (value instanceof Boolean truth) {
            writer.writeValue(truth);
        } else if (value instanceof Integer number) {
            writer.writeValue(number);
        } else if (value instanceof Long number) {
            writer.writeValue(number);
        } else if (value instanceof Double number) {
            writer.writeValue(number);
        } else {
            throw new IllegalArgumentException("no JSON for " + value);
        }
    }
}
