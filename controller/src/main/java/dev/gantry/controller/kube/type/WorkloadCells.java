package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.gantry.controller.kube.select.LabelSelector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What kubectl shows of the objects that make pods. */
final class WorkloadCells {

    private static final List<String> JOB_STATES =
            List.of("Complete", "Failed", "Terminating", "Suspended", "FailureTarget", "SuccessCriteriaMet");

    private static final String NONE = "<none>";

    private WorkloadCells() {}

    static String readyOfWanted(ObjectNode object) {
        return object.at("/status/readyReplicas").asLong() + "/"
                + object.at("/spec/replicas").asLong(1);
    }

    static String containers(ObjectNode object) {
        return each(object.at("/spec/template/spec/containers"), "name");
    }

    static String images(ObjectNode object) {
        return each(object.at("/spec/template/spec/containers"), "image");
    }

    static String templateContainers(ObjectNode template) {
        return each(template.at("/template/spec/containers"), "name");
    }

    static String templateImages(ObjectNode template) {
        return each(template.at("/template/spec/containers"), "image");
    }

    static String templateLabels(ObjectNode template) {
        return pairs(template.at("/template/metadata/labels"), NONE);
    }

    static String nodeSelector(ObjectNode daemonSet) {
        return pairs(daemonSet.at("/spec/template/spec/nodeSelector"), NONE);
    }

    /** Of the old form, labels and values only. */
    static String plainSelector(ObjectNode object) {
        return pairs(object.at("/spec/selector"), NONE);
    }

    static String selector(ObjectNode object) {
        return selector(object.at("/spec/selector"));
    }

    static String podSelector(ObjectNode object) {
        return selector(object.at("/spec/podSelector"));
    }

    /** The first of these that is so. */
    static String jobStatus(ObjectNode job) {
        Set<String> states = job.at("/status/conditions")
                .valueStream()
                .filter(condition -> condition.path("status").asText().equals("True"))
                .map(condition -> condition.path("type").asText())
                .collect(Collectors.toSet());
        if (job.at("/metadata").hasNonNull("deletionTimestamp")) {
            states.add("Terminating");
        }
        return JOB_STATES.stream().filter(states::contains).findFirst().orElse("Running");
    }

    static String completions(ObjectNode job) {
        long succeeded = job.at("/status/succeeded").asLong();
        if (job.at("/spec").hasNonNull("completions")) {
            return succeeded + "/" + job.at("/spec/completions").asLong();
        }
        long parallelism = job.at("/spec/parallelism").asLong(1);
        return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
    }

    static JsonNode jobDuration(ObjectNode job, Instant now) {
        String start = job.at("/status/startTime").asText();
        if (start.isEmpty()) {
            return TextNode.valueOf("");
        }
        String end = job.at("/status/completionTime").asText();
        Instant until = end.isEmpty() ? now : Instant.parse(end);
        return TextNode.valueOf(Age.of(Duration.between(Instant.parse(start), until)));
    }

    private static String selector(JsonNode selector) {
        String text = LabelSelector.text(selector);
        return text.isEmpty() ? NONE : text;
    }

    private static String each(JsonNode list, String member) {
        List<String> all = new ArrayList<>();
        list.forEach(one -> all.add(one.path(member).asText()));
        return String.join(",", all);
    }

    private static String pairs(JsonNode labels, String none) {
        List<String> all = new ArrayList<>();
        labels.properties()
                .forEach(
                        label -> all.add(label.getKey() + "=" + label.getValue().asText()));
        return all.isEmpty() ? none : String.join(",", all);
    }
}
