package daybreak.operations;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.utils.builder.Buildable;

/** Fills the SDK's builders from JSON, by the names of the API model. */
final class Input {
    private Input() {}

    static void fill(SdkPojo builder, Map<String, JsonNode> from, String path) {
        Set<String> unknown = new LinkedHashSet<>(from.keySet());
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode value = from.get(field.memberName());
            if (value != null) {
                field.set(builder, read(field, value, path + "." + field.memberName()));
            }
            unknown.remove(field.memberName());
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(path + " has no " + unknown);
        }
    }

    private static Object read(SdkField<?> field, JsonNode value, String path) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            fill(builder, value.asObject(), path);
            return ((Buildable) builder).build();
        }
        if (type == MarshallingType.LIST) {
            SdkField<?> item = field.getTrait(ListTrait.class).memberFieldInfo();
            List<JsonNode> items = value.asArray();
            return items.stream().map(each -> read(item, each, path + "[]")).toList();
        }
        if (type == MarshallingType.STRING) {
            return value.asString();
        }
        if (type == MarshallingType.BOOLEAN) {
            return value.asBoolean();
        }
        if (type == MarshallingType.INTEGER) {
            return Integer.valueOf(value.asNumber());
        }
        if (type == MarshallingType.LONG) {
            return Long.valueOf(value.asNumber());
        }
        throw new IllegalArgumentException(path + " is of a type that is not read here: " + type);
    }
}
