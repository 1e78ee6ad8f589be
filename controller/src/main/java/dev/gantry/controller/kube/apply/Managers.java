package dev.gantry.controller.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Who owns what of an object: {@code metadata.managedFields}. */
record Managers(Map<Managers.Manager, Managers.Entry> entries) {

    private static final String APPLY = "Apply";
    private static final String UPDATE = "Update";
    /** As upstream: of those who only update, the oldest beyond so many become one. */
    private static final int UPDATES_MAX = 10;

    private static final String ANCIENT = "ancient-changes";

    /**
     * Somebody who writes in one way.
     *
     * @param subresource that was written; may be empty
     */
    record Manager(String name, boolean applies, String apiVersion, String subresource) {

        /** As upstream names it in conflicts. */
        String words() {
            String part = subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"";
            return "\"" + name + "\"" + part + (applies ? "" : " using " + apiVersion);
        }
    }

    /** @param time of its last change; empty where nobody said it */
    record Entry(FieldSet fields, String time) {}

    Managers {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    static Managers of(JsonNode object) {
        Map<Manager, Entry> entries = new LinkedHashMap<>();
        for (JsonNode one : object.at("/metadata/managedFields")) {
            Manager manager = new Manager(
                    one.path("manager").asText(),
                    one.path("operation").asText().equals(APPLY),
                    one.path("apiVersion").asText(),
                    one.path("subresource").asText());
            FieldSet fields = FieldSet.read(one.path("fieldsV1"));
            if (!fields.isEmpty()) {
                entries.put(manager, new Entry(fields, one.path("time").asText()));
            }
        }
        return new Managers(entries);
    }

    FieldSet of(Manager manager) {
        return Optional.ofNullable(entries.get(manager)).map(Entry::fields).orElse(FieldSet.EMPTY);
    }

    /** What anybody else owns. */
    FieldSet others(Manager manager) {
        return entries.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(manager))
                .map(entry -> entry.getValue().fields())
                .reduce(FieldSet.EMPTY, FieldSet::union);
    }

    Managers with(Manager manager, FieldSet fields, Instant now) {
        Map<Manager, Entry> changed = new LinkedHashMap<>(entries);
        if (fields.isEmpty()) {
            changed.remove(manager);
        } else if (!of(manager).equals(fields)) {
            changed.put(manager, new Entry(fields, Times.text(now)));
        }
        return new Managers(changed);
    }

    /** Changes what all but one own. */
    Managers eachBut(Manager manager, UnaryOperator<FieldSet> change) {
        Map<Manager, Entry> changed = new LinkedHashMap<>();
        entries.forEach((one, entry) -> {
            FieldSet fields = one.equals(manager) ? entry.fields() : change.apply(entry.fields());
            if (!fields.isEmpty()) {
                changed.put(one, new Entry(fields, entry.time()));
            }
        });
        return new Managers(changed);
    }

    /** With no more of those who only update than there may be. */
    Managers bounded() {
        List<Manager> updates = entries.keySet().stream()
                .filter(manager -> !manager.applies())
                .sorted(Comparator.comparing(this::time))
                .toList();
        if (updates.size() <= UPDATES_MAX) {
            return this;
        }
        List<Manager> ancient = updates.subList(0, updates.size() - UPDATES_MAX + 1);
        FieldSet fields = ancient.stream().map(this::of).reduce(FieldSet.EMPTY, FieldSet::union);
        Map<Manager, Entry> kept = new LinkedHashMap<>(entries);
        ancient.forEach(kept::remove);
        Manager last = ancient.getLast();
        kept.put(new Manager(ANCIENT, false, last.apiVersion(), ""), new Entry(fields, time(last)));
        return new Managers(kept);
    }

    private String time(Manager manager) {
        return Optional.ofNullable(entries.get(manager)).map(Entry::time).orElse("");
    }

    /** Those who apply first, then the others; each kind by time. */
    void writeTo(ObjectNode object) {
        if (entries.isEmpty()) {
            object.withObject("/metadata").remove("managedFields");
            return;
        }
        ArrayNode list = object.withObject("/metadata").putArray("managedFields");
        entries.keySet().stream()
                .sorted(Comparator.comparing(Manager::applies)
                        .reversed()
                        .thenComparing(this::time)
                        .thenComparing(Manager::name)
                        .thenComparing(Manager::subresource))
                .forEach(manager -> list.add(draw(manager)));
    }

    private ObjectNode draw(Manager manager) {
        ObjectNode drawn = Json.object()
                .put("manager", manager.name())
                .put("operation", manager.applies() ? APPLY : UPDATE)
                .put("apiVersion", manager.apiVersion());
        if (!time(manager).isEmpty()) {
            drawn.put("time", time(manager));
        }
        drawn.put("fieldsType", "FieldsV1").set("fieldsV1", of(manager).draw());
        if (!manager.subresource().isEmpty()) {
            drawn.put("subresource", manager.subresource());
        }
        return drawn;
    }
}
