package dev.gantry.controller.kube.limit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.quantity.Quantity;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one item of a limit range says of something, and that something.
 *
 * @param limited whether it is a thing that has limits, which must then be said where there is a maximum
 */
record Bounds(JsonNode item, Amounts requests, Amounts limits, boolean limited) {

    Bounds(JsonNode item, Amounts requests, Amounts limits) {
        this(item, requests, limits, true);
    }

    static Bounds ofContainer(JsonNode item, JsonNode container) {
        JsonNode resources = container.path("resources");
        return new Bounds(item, Amounts.read(resources.path("requests")), Amounts.read(resources.path("limits")));
    }

    Bounds withoutLimits() {
        return new Bounds(item, requests, limits, false);
    }

    /** In upstream's words. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        amounts("min").forEach((name, least) -> atLeast(name, least).ifPresent(problems::add));
        amounts("max").forEach((name, most) -> atMost(name, most).ifPresent(problems::add));
        amounts("maxLimitRequestRatio")
                .forEach((name, ratio) -> within(name, ratio).ifPresent(problems::add));
        return problems;
    }

    private Map<String, Quantity> amounts(String member) {
        return Amounts.read(item.path(member)).byName();
    }

    private Optional<String> atLeast(String name, Quantity least) {
        String rule = "minimum " + name + " usage per " + type() + " is " + least;
        Optional<Quantity> request = requests.find(name);
        if (request.isEmpty()) {
            return Optional.of(rule + ".  No request is specified");
        }
        if (least.exceeds(request.get())) {
            return Optional.of(rule + ", but request is " + request.get());
        }
        return limits.find(name).filter(least::exceeds).map(limit -> rule + ", but limit is " + limit);
    }

    private Optional<String> atMost(String name, Quantity most) {
        String rule = "maximum " + name + " usage per " + type() + " is " + most;
        Optional<Quantity> limit = limits.find(name);
        Optional<Quantity> request = requests.find(name);
        if (limited && limit.isEmpty()) {
            return Optional.of(rule + ".  No limit is specified");
        }
        if (!limited && request.isEmpty()) {
            return Optional.of(rule + ".  No request is specified");
        }
        if (limit.isPresent() && limit.get().exceeds(most)) {
            return Optional.of(rule + ", but limit is " + limit.get());
        }
        return request.filter(asked -> asked.exceeds(most)).map(asked -> rule + ", but request is " + asked);
    }

    private Optional<String> within(String name, Quantity most) {
        String rule = name + " max limit to request ratio per " + type() + " is " + most + ", but ";
        Quantity request = requests.get(name);
        Quantity limit = limits.get(name);
        if (request.isZero()) {
            return Optional.of(rule + "no request is specified or request is 0");
        }
        if (limit.isZero()) {
            return Optional.of(rule + "no limit is specified or limit is 0");
        }
        // Multiplied rather than divided, so that nothing is rounded.
        boolean isMore = limit.value().compareTo(most.value().multiply(request.value())) > 0;
        double ratio =
                limit.value().divide(request.value(), MathContext.DECIMAL64).doubleValue();
        return isMore
                ? Optional.of(rule + "provided ratio is " + String.format(Locale.ROOT, "%f", ratio))
                : Optional.empty();
    }

    private String type() {
        return item.path("type").asText();
    }
}
