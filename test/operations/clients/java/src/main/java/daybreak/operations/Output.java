package daybreak.operations;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;

/** Converts the SDK's answers to maps and lists, by the names of the API model. */
final class Output {
    private Output() {}

    static Map<String, Object> of(SdkPojo answer) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (SdkField<?> field : answer.sdkFields()) {
            Object value = field.getValueOrDefault(answer);
            // A list that is absent from the answer.
            if (value != null && !(value instanceof SdkAutoConstructList)) {
                members.put(field.memberName(), plain(value));
            }
        }
        return members;
    }

    /** Merges the pages of a list into one answer. */
    static Map<String, Object> merged(Iterable<?> pages) {
        Map<String, Object> merged = new LinkedHashMap<>();
        for (Object page : pages) {
            of((SdkPojo) page).forEach((name, value) -> {
                if (value instanceof List<?> items) {
                    ((List<Object>) merged.computeIfAbsent(name, key -> new ArrayList<>())).addAll(items);
                }
            });
        }
        return merged;
    }

    private static Object plain(Object value) {
        if (value instanceof SdkPojo structure) {
            return of(structure);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Output::plain).toList();
        }
        return value instanceof Instant moment ? moment.toEpochMilli() / 1000.0 : value;
    }
}
