package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds why a limit range is refused. */
record LimitRangeValidation(Findings findings, JsonNode spec) {

    private static final List<String> MEMBERS =
            List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio");
    private static final String CLAIM = "PersistentVolumeClaim";
    private static final Set<String> TYPES = Set.of("Container", "Pod", CLAIM);

    /** Of containers. */
    private static final Set<String> RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");

    void check() {
        Set<String> types = new HashSet<>();
        for (int i = 0; i < spec.path("limits").size(); i++) {
            JsonNode item = spec.path("limits").get(i);
            String at = "spec.limits[" + i + "]";
            String type = item.path("type").asText();
            if (!type.contains("/") && !TYPES.contains(type)) {
                findings.invalid(at + ".type", type, "must be a standard limit type or fully qualified");
            } else if (!types.add(type)) {
                findings.duplicate(at + ".type", type);
            }
            item(item, type, at);
        }
    }

    private void item(JsonNode item, String type, String at) {
        Set<String> names = new TreeSet<>();
        boolean isReadable = true;
        for (String member : MEMBERS) {
            for (Map.Entry<String, JsonNode> entry : item.path(member).properties()) {
                String path = at + "." + member + "[" + entry.getKey() + "]";
                isReadable &= quantity(entry.getValue(), path);
                name(type, entry.getKey(), path);
                names.add(entry.getKey());
            }
        }
        if (type.equals("Pod")) {
            for (String member : List.of("default", "defaultRequest")) {
                if (!item.path(member).isEmpty()) {
                    findings.forbidden(at + "." + member, "may not be specified when `type` is 'Pod'");
                }
            }
        }
        if (type.equals(CLAIM)
                && !item.path("min").has("storage")
                && !item.path("max").has("storage")) {
            findings.required(
                    at + ".limits", "either minimum or maximum storage value is required, but neither was provided");
        }
        if (isReadable) {
            names.forEach(name -> new Limits(item, name, at).check());
        }
    }

    private boolean quantity(JsonNode value, String path) {
        Optional<Quantity> quantity = Quantity.find(value.asText());
        if (quantity.isEmpty()) {
            findings.invalid(path, value, Quantities.RULE);
        }
        return quantity.isPresent();
    }

    private void name(String type, String name, String path) {
        boolean isOfContainers = !type.equals(CLAIM) && TYPES.contains(type);
        Names.keyProblem(name).ifPresent(problem -> findings.invalid(path, name, problem));
        if (isOfContainers && !name.contains("/") && !RESOURCES.contains(name) && !name.startsWith("hugepages-")) {
            findings.invalid(path, name, "must be a standard resource type or fully qualified");
        } else if (type.equals(CLAIM) && !name.equals("storage")) {
            findings.invalid(path, name, "must be \"storage\", which is all that claims ask for");
        }
    }

    /** Whether what an item says of one resource fits together. */
    private final class Limits {

        private final JsonNode item;
        private final String name;
        private final String at;

        Limits(JsonNode item, String name, String at) {
            this.item = item;
            this.name = name;
            this.at = at;
        }

        void check() {
            ordered("min", "max", "min", "min value %s is greater than max value %s");
            ordered("min", "defaultRequest", "defaultRequest", "min value %s is greater than default request value %s");
            ordered("defaultRequest", "max", "defaultRequest", "default request value %s is greater than max value %s");
            ordered(
                    "defaultRequest",
                    "default",
                    "defaultRequest",
                    "default request value %s is greater than default limit value %s");
            ordered("min", "default", "default", "min value %s is greater than default value %s");
            ordered("default", "max", "default", "default value %s is greater than max value %s");
            amount("maxLimitRequestRatio").ifPresent(this::ratio);
        }

        private void ordered(String less, String more, String blamed, String message) {
            Optional<Quantity> small = amount(less);
            Optional<Quantity> great = amount(more);
            if (small.isPresent() && great.isPresent() && small.get().exceeds(great.get())) {
                findings.invalid(
                        path(blamed),
                        amount(blamed).orElseThrow().toString(),
                        message.formatted(small.get(), great.get()));
            }
        }

        private void ratio(Quantity ratio) {
            String path = path("maxLimitRequestRatio");
            if (ratio.value().compareTo(BigDecimal.ONE) < 0) {
                findings.invalid(path, ratio.toString(), "ratio " + ratio + " is less than 1");
            }
            Optional<Quantity> least = amount("min").filter(one -> !one.isZero());
            Optional<Quantity> most = amount("max");
            if (least.isPresent() && most.isPresent()) {
                BigDecimal widest = most.get().value().divide(least.get().value(), MathContext.DECIMAL64);
                if (ratio.value().compareTo(widest) > 0) {
                    findings.invalid(
                            path,
                            ratio.toString(),
                            String.format(Locale.ROOT, "ratio %s is greater than max/min = %f", ratio, widest));
                }
            }
        }

        private Optional<Quantity> amount(String member) {
            return Quantity.find(item.path(member).path(name).asText());
        }

        private String path(String member) {
            return at + "." + member + "[" + name + "]";
        }
    }
}
