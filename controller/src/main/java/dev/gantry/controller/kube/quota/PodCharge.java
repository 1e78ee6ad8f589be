package dev.gantry.controller.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.pod.PodQuality;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.quantity.PodAmounts;
import dev.gantry.controller.kube.quantity.Quantity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What of a pod's document matters to quotas.
 *
 * @param amounts that it is charged until it has ended
 * @param until when it is charged no longer although nobody says that it has ended: its time to do so is over
 */
record PodCharge(
        Amounts amounts, boolean isBestEffort, boolean hasDeadline, String priorityClass, Optional<Instant> until) {

    static final String COUNT = "count/pods";
    static final String PODS = "pods";

    /** Charged by their bare names as well. */
    private static final Set<String> BARE = Set.of("cpu", "memory", "ephemeral-storage");

    /** What each container must say when a quota limits it; upstream asks for no other resource. */
    private static final Set<String> EXPLICIT =
            Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

    /** @param pod refused when it names amounts that are none */
    static PodCharge of(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        PodAmounts asked = PodAmounts.of(spec);
        return new PodCharge(
                named(asked.requests(), asked.limits()).with(PODS, Quantity.of(1)),
                PodQuality.of(spec).equals("BestEffort"),
                spec.path("activeDeadlineSeconds").asLong(-1) >= 0,
                spec.path("priorityClassName").asText(),
                until(pod.path("metadata")));
    }

    /** One that is over takes only its place among the objects. */
    Amounts at(Instant now, boolean isOver) {
        boolean isCharged = !isOver && until.filter(now::isAfter).isEmpty();
        return (isCharged ? amounts : Amounts.NONE).with(COUNT, Quantity.of(1));
    }

    /** Whether the name is one of what pods are charged for. */
    static boolean isOfPods(String resource) {
        return resource.equals(COUNT)
                || resource.equals(PODS)
                || BARE.contains(resource)
                || resource.startsWith("hugepages-")
                || resource.startsWith("limits.")
                || (resource.startsWith("requests.") && !resource.equals("requests.storage"));
    }

    /** What the containers of a pod do not say although a quota limits it; empty if there is nothing. */
    static Optional<String> unsaid(JsonNode spec, Amounts hard) {
        Map<String, Set<String>> containers = new TreeMap<>();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : spec.path(list)) {
                JsonNode resources = container.path("resources");
                Amounts said = named(Amounts.read(resources.path("requests")), Amounts.read(resources.path("limits")));
                hard.byName().keySet().stream()
                        .filter(EXPLICIT::contains)
                        .filter(resource -> said.find(resource).isEmpty())
                        .forEach(resource -> containers
                                .computeIfAbsent(resource, _ -> new TreeSet<>())
                                .add(container.path("name").asText()));
            }
        }
        List<String> texts = new ArrayList<>();
        containers.forEach((resource, names) -> texts.add(resource + " for: " + String.join(",", names)));
        return texts.isEmpty() ? Optional.empty() : Optional.of("must specify " + String.join("; ", texts));
    }

    private static Amounts named(Amounts requests, Amounts limits) {
        return requests.only(BARE::contains)
                .plus(requests.only(name -> name.startsWith("hugepages-")))
                .plus(requests.prefixed("requests."))
                .plus(limits.only(BARE::contains).prefixed("limits."));
    }

    private static Optional<Instant> until(JsonNode metadata) {
        return metadata.hasNonNull("deletionGracePeriodSeconds")
                ? Times.read(metadata.path("deletionTimestamp"))
                        .map(at -> at.plusSeconds(
                                metadata.path("deletionGracePeriodSeconds").asLong()))
                : Optional.empty();
    }
}
