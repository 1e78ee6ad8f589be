package dev.gantry.controller.kube.select;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.proto.LabelRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which labels an object must have. All of its rules must hold. */
public record LabelSelector(List<Rule> rules) {

    public static final LabelSelector EVERYTHING = new LabelSelector(List.of());

    /** What is said of one label. */
    sealed interface Rule {
        String key();

        record OneOf(String key, Set<String> values) implements Rule {}

        /** A label that is missing is none of them. */
        record NoneOf(String key, Set<String> values) implements Rule {}

        record Present(String key) implements Rule {}

        record Absent(String key) implements Rule {}

        record Greater(String key, long than) implements Rule {}

        record Less(String key, long than) implements Rule {}
    }

    private static final String KEY = "([A-Za-z0-9][A-Za-z0-9._/-]*)";
    private static final String VALUE = "([A-Za-z0-9._-]*)";
    private static final Pattern SET =
            Pattern.compile("\\s*" + KEY + "\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern EQUAL = Pattern.compile("\\s*" + KEY + "\\s*(==|=|!=)\\s*" + VALUE + "\\s*");
    private static final Pattern COMPARED = Pattern.compile("\\s*" + KEY + "\\s*([<>])\\s*(-?\\d{1,18})\\s*");
    private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*" + KEY + "\\s*");
    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

    public LabelSelector {
        rules = List.copyOf(rules);
    }

    /** The text of a selector in an object, as {@link #parse} reads it; empty when it has no rule. */
    public static String text(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label ->
                        parts.add(label.getKey() + "=" + label.getValue().asText()));
        selector.path("matchExpressions").forEach(rule -> parts.add(ruleText(rule)));
        return String.join(",", parts);
    }

    private static String ruleText(JsonNode rule) {
        String key = rule.path("key").asText();
        String values = " (" + String.join(",", Json.texts(rule.path("values"))) + ")";
        return switch (rule.path("operator").asText()) {
            case "In" -> key + " in" + values;
            case "NotIn" -> key + " notin" + values;
            case "DoesNotExist" -> "!" + key;
            default -> key;
        };
    }

    /** @param text as in the parameter {@code labelSelector} */
    public static LabelSelector parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String part : COMMA.split(text)) {
            if (!part.isBlank()) {
                rules.add(rule(part));
            }
        }
        return new LabelSelector(rules);
    }

    /** The form with {@code matchLabels} and {@code matchExpressions}. */
    public static LabelSelector of(JsonNode selector) {
        List<Rule> rules = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label -> rules.add(
                        new Rule.OneOf(label.getKey(), Set.of(label.getValue().asText()))));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asText();
            Set<String> values = new TreeSet<>();
            expression.path("values").forEach(value -> values.add(value.asText()));
            rules.add(
                    switch (expression.path("operator").asText()) {
                        case "In" -> new Rule.OneOf(key, values);
                        case "NotIn" -> new Rule.NoneOf(key, values);
                        case "DoesNotExist" -> new Rule.Absent(key);
                        default -> new Rule.Present(key);
                    });
        }
        return new LabelSelector(rules);
    }

    /** The form of records, which knows no comparison of numbers; nor does the one in objects. */
    public dev.gantry.proto.LabelSelector compiled() {
        dev.gantry.proto.LabelSelector.Builder compiled = dev.gantry.proto.LabelSelector.newBuilder();
        for (Rule rule : rules) {
            LabelRule.Builder one = compiled.addRulesBuilder().setKey(rule.key());
            switch (rule) {
                case Rule.OneOf(var _, Set<String> values) ->
                    one.setOperator(LabelRule.Operator.IN).addAllValues(values);
                case Rule.NoneOf(var _, Set<String> values) ->
                    one.setOperator(LabelRule.Operator.NOT_IN).addAllValues(values);
                case Rule.Present _ -> one.setOperator(LabelRule.Operator.EXISTS);
                case Rule.Absent _ -> one.setOperator(LabelRule.Operator.ABSENT);
                case Rule.Greater _, Rule.Less _ -> throw new IllegalStateException(rule + " stands in no object");
            }
        }
        return compiled.build();
    }

    public boolean matches(Map<String, String> labels) {
        return rules.stream().allMatch(rule -> holds(rule, labels));
    }

    private static boolean holds(Rule rule, Map<String, String> labels) {
        String value = labels.get(rule.key());
        return switch (rule) {
            case Rule.OneOf(var _, Set<String> values) -> value != null && values.contains(value);
            case Rule.NoneOf(var _, Set<String> values) -> value == null || !values.contains(value);
            case Rule.Present _ -> value != null;
            case Rule.Absent _ -> value == null;
            case Rule.Greater(var _, long than) -> value != null && isNumber(value) && Long.parseLong(value) > than;
            case Rule.Less(var _, long than) -> value != null && isNumber(value) && Long.parseLong(value) < than;
        };
    }

    private static boolean isNumber(String value) {
        return value.matches("-?\\d{1,18}");
    }

    private static Rule rule(String part) {
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            Set<String> values = new TreeSet<>();
            Arrays.stream(set.group(3).split(",", -1)).map(String::trim).forEach(values::add);
            return set.group(2).equalsIgnoreCase("in")
                    ? new Rule.OneOf(set.group(1), values)
                    : new Rule.NoneOf(set.group(1), values);
        }
        Matcher equal = EQUAL.matcher(part);
        if (equal.matches()) {
            Set<String> value = Set.of(equal.group(3));
            return equal.group(2).equals("!=")
                    ? new Rule.NoneOf(equal.group(1), value)
                    : new Rule.OneOf(equal.group(1), value);
        }
        Matcher compared = COMPARED.matcher(part);
        if (compared.matches()) {
            long than = Long.parseLong(compared.group(3));
            return compared.group(2).equals(">")
                    ? new Rule.Greater(compared.group(1), than)
                    : new Rule.Less(compared.group(1), than);
        }
        Matcher exists = EXISTS.matcher(part);
        if (exists.matches()) {
            return exists.group(1).isEmpty() ? new Rule.Present(exists.group(2)) : new Rule.Absent(exists.group(2));
        }
        throw KubeRefusal.badRequest("unable to parse requirement: " + part.trim());
    }
}
