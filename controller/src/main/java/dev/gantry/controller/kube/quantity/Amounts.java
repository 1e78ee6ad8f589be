package dev.gantry.controller.kube.quantity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How much of each resource, in the order of their names. What is not named is nothing. */
public record Amounts(SortedMap<String, Quantity> byName) {

    public static final Amounts NONE = new Amounts(new TreeMap<>());

    public Amounts {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /** @param json quantities by resource; refused when one of them is none */
    public static Amounts read(JsonNode json) {
        SortedMap<String, Quantity> byName = new TreeMap<>();
        json.properties()
                .forEach(entry -> byName.put(
                        entry.getKey(), Quantity.parse(entry.getValue().asText())));
        return new Amounts(byName);
    }

    public Optional<Quantity> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Zero for what is not named. */
    public Quantity get(String name) {
        return byName.getOrDefault(name, Quantity.ZERO);
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    public Amounts with(String name, Quantity amount) {
        SortedMap<String, Quantity> more = new TreeMap<>(byName);
        more.put(name, amount);
        return new Amounts(more);
    }

    public Amounts plus(Amounts other) {
        return merged(other, Quantity::plus);
    }

    /** The greater one of each. */
    public Amounts max(Amounts other) {
        return merged(other, Quantity::max);
    }

    /** What is more than in the other ones. */
    public Amounts beyond(Amounts other) {
        SortedMap<String, Quantity> rest = new TreeMap<>(byName);
        rest.replaceAll((name, amount) -> amount.beyond(other.get(name)));
        return new Amounts(rest);
    }

    public Amounts only(Predicate<String> names) {
        SortedMap<String, Quantity> some = new TreeMap<>(byName);
        some.keySet().removeIf(names.negate());
        return new Amounts(some);
    }

    public Amounts withoutZeros() {
        return only(name -> !get(name).isZero());
    }

    /** Each under another name. */
    public Amounts prefixed(String prefix) {
        SortedMap<String, Quantity> renamed = new TreeMap<>();
        byName.forEach((name, amount) -> renamed.put(prefix + name, amount));
        return new Amounts(renamed);
    }

    public ObjectNode json() {
        ObjectNode json = Json.object();
        byName.forEach((name, amount) -> json.put(name, amount.toString()));
        return json;
    }

    /** For people: {@code cpu=1,pods=2}. */
    @Override
    public String toString() {
        return byName.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(","));
    }

    private Amounts merged(Amounts other, BinaryOperator<Quantity> how) {
        SortedMap<String, Quantity> sum = new TreeMap<>(byName);
        other.byName.forEach((name, amount) -> sum.merge(name, amount, how));
        return new Amounts(sum);
    }
}
