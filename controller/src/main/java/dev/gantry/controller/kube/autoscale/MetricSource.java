package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.autoscale.Reckoning.Result;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.quantity.Quantity;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * One of the metrics of an autoscaler.
 *
 * @param spec   as the user wrote it
 * @param crowd  gives the pods
 * @param target replicas that there shall be now
 */
record MetricSource(JsonNode spec, Crowd crowd, int target, Instant now) {

    private static final int MILLI_DIGITS = 3;

    /** Gives the pods as one metric sees them. */
    @FunctionalInterface
    interface Crowd {
        /**
         * @param container that it is about; empty for the pods as a whole
         * @throws UnknownException when nothing is known
         */
        List<Subject> of(String resource, String container);
    }

    /** What one metric says. */
    sealed interface Answer {
        /**
         * @param name   of the metric, in words
         * @param status as the autoscaler's status shows it
         */
        record Proposal(int replicas, String name, ObjectNode status) implements Answer {}

        /**
         * @param reason in one word
         * @param why    in words
         * @param story  the same with what was to be done
         */
        record Unknown(String reason, String why, String story) implements Answer {}
    }

    /** Nothing is known of what pods use. */
    static final class UnknownException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnknownException(String message) {
            super(message);
        }
    }

    Answer ask() {
        return switch (type()) {
            case "Resource" -> measured("resource", "FailedGetResourceMetric", "resource");
            case "ContainerResource" ->
                measured("containerResource", "FailedGetContainerResourceMetric", "container resource");
            default -> unserved();
        };
    }

    private String type() {
        return spec.path("type").asText();
    }

    private Answer measured(String member, String reason, String words) {
        JsonNode source = spec.path(member);
        String resource = source.path("name").asText();
        JsonNode goal = source.path("target");
        boolean isShare = goal.path("type").asText().equals("Utilization");
        Result result;
        try {
            Reckoning reckoning = new Reckoning(
                    target,
                    resource.equals("cpu"),
                    crowd.of(resource, source.path("container").asText()),
                    now);
            result = isShare
                    ? reckoning.towards(goal.path("averageUtilization").asInt())
                    : reckoning.towards(new Goal.Average(
                            milli(Quantity.parse(goal.path("averageValue").asText()))));
        } catch (UnknownException e) {
            result = new Result.Failed("unable to get metrics for resource " + resource + ": " + e.getMessage());
        }
        return switch (result) {
            case Result.Proposed(int replicas, Goal.Load load) ->
                new Answer.Proposal(
                        replicas,
                        resource + " " + words + (isShare ? " utilization (percentage of request)" : ""),
                        status(member, source, load, isShare));
            case Result.Failed(String why) -> {
                String told = "failed to get " + resource + " " + (isShare ? "utilization" : "usage") + ": " + why;
                yield new Answer.Unknown(
                        reason, told, "failed to get " + resource + " " + words + " metric value: " + told);
            }
        };
    }

    static long milli(Quantity quantity) {
        return new Quantity(quantity.value().movePointRight(MILLI_DIGITS), quantity.notation()).units();
    }

    private ObjectNode status(String member, JsonNode source, Goal.Load load, boolean isShare) {
        ObjectNode status = Json.object().put("type", type());
        ObjectNode told = status.putObject(member);
        for (String name : List.of("name", "container")) {
            if (source.hasNonNull(name)) {
                told.set(name, source.path(name));
            }
        }
        ObjectNode current = told.putObject("current");
        if (isShare) {
            current.put("averageUtilization", load.percent());
        }
        current.put(
                "averageValue",
                new Quantity(BigDecimal.valueOf(load.average(), MILLI_DIGITS), Quantity.Notation.DECIMAL).toString());
        return status;
    }

    /** There is nobody who tells of anything but what pods use. */
    private Answer unserved() {
        String type = type();
        String metric =
                spec.path(type.toLowerCase(Locale.ROOT)).at("/metric/name").asText();
        String api = type.equals("External") ? "external" : "custom";
        String why = "unable to get metric " + metric + ": no " + api + " metrics API (" + api
                + ".metrics.k8s.io) is served here";
        String story = "failed to get " + type.toLowerCase(Locale.ROOT) + " metric value: " + why;
        return new Answer.Unknown("FailedGet" + type + "Metric", why, story);
    }
}
