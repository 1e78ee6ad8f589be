package dev.gantry.controller.ecs.document;

import dev.gantry.aws.ecs.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rules for tags: how many, how long, which keys are reserved. */
public final class Tags {

    private static final int TAGS_MAX = 50;
    private static final int KEY_LENGTH_MAX = 128;
    private static final int VALUE_LENGTH_MAX = 256;

    private Tags() {}

    /** Checks tags as a caller sent them; a key given twice is refused. */
    public static Map<String, String> checked(List<Tag> tags) {
        Map<String, String> checked = new LinkedHashMap<>();
        for (Tag tag : tags) {
            String key = tag.key() == null ? "" : tag.key();
            checkKey(key);
            String value = tag.value() == null ? "" : tag.value();
            if (value.length() > VALUE_LENGTH_MAX) {
                throw Refusals.invalid("Tag value exceeds the maximum length of " + VALUE_LENGTH_MAX + " characters.");
            }
            if (checked.put(key, value) != null) {
                throw Refusals.invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
        }
        return limited(checked);
    }

    /** The tags there are with others put over them. */
    public static Map<String, String> merged(Map<String, String> present, Map<String, String> more) {
        Map<String, String> merged = new LinkedHashMap<>(present);
        merged.putAll(more);
        return limited(merged);
    }

    public static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }

    private static void checkKey(String key) {
        if (key.isEmpty()) {
            throw Refusals.invalid("Tag key must not be null or empty.");
        }
        if (key.length() > KEY_LENGTH_MAX) {
            throw Refusals.invalid("Tag key exceeds the maximum length of " + KEY_LENGTH_MAX + " characters.");
        }
        if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
            throw Refusals.invalid("Some tags contain invalid values. Tag keys must not begin with 'aws:'.");
        }
    }

    private static Map<String, String> limited(Map<String, String> tags) {
        if (tags.size() > TAGS_MAX) {
            throw Refusals.invalid("Tags can not be more than " + TAGS_MAX + ".");
        }
        return tags;
    }
}
