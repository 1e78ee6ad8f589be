package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.apps.OrdinalPlanner.Action;
import dev.gantry.controller.kube.apps.OrdinalPlanner.Rules;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Counts;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** One pass over one stateful set. */
final class StatefulSetPass {

    private static final ResourceType CLAIM_TYPE =
            ResourceTypes.builtIn().find(VolumeNames.CLAIMS).orElseThrow();

    private final KubeDocument set;
    private final PodMaker maker;
    private final Instant now;
    private final OwnerPass pass;
    private final Templates templates;
    private final Duration minReady;
    private final Map<String, PodDocument> pods = new LinkedHashMap<>();
    private final List<Occupant> occupants;
    private Optional<String> refusal = Optional.empty();

    StatefulSetPass(Snapshot snapshot, KubeDocument set, List<PodDocument> owned, PodMaker maker, Instant now) {
        this.set = set;
        this.maker = maker;
        this.now = now;
        this.pass = new OwnerPass(snapshot, set, now);
        this.templates = Templates.of(snapshot, set);
        this.minReady = Duration.ofSeconds(set.spec().path("minReadySeconds").asLong());
        String name = set.meta().name();
        owned.stream()
                .filter(pod -> Occupant.ordinalOf(name, pod.name().name()) >= 0)
                .forEach(pod -> pods.put(pod.name().name(), pod));
        this.occupants = pods.values().stream()
                .map(pod -> Occupant.of(name, pod, minReady, now))
                .toList();
    }

    Outcome decide() {
        if (set.meta().isDeleted()) {
            return Outcome.nothing();
        }
        String wanted = templates.present(pass);
        String before = set.status().path("currentRevision").asText();
        String present = templates.has(before) ? before : wanted;
        Rules rules = rules(present, wanted);
        new OrdinalPlanner(rules, occupants)
                .plan().stream().takeWhile(_ -> pass.hasRoom()).forEach(this::apply);
        ObjectNode status = status(rules);
        pass.json().set("status", status);
        Set<String> used = new HashSet<>(
                List.of(wanted, present, status.path("currentRevision").asText()));
        occupants.forEach(occupant -> used.add(occupant.revision()));
        templates.forget(pass, used);
        Outcome outcome = pass.outcome();
        return Member.nextAvailable(pods.values().stream().map(Member::of), minReady, now)
                .map(outcome::orWakeAt)
                .orElse(outcome);
    }

    private Rules rules(String present, String wanted) {
        JsonNode spec = set.spec();
        return new Rules(
                spec.at("/ordinals/start").asInt(),
                spec.path("replicas").asInt(1),
                !spec.path("podManagementPolicy").asText().equals("Parallel"),
                spec.at("/updateStrategy/rollingUpdate/partition").asInt(),
                !spec.at("/updateStrategy/type").asText().equals("OnDelete"),
                present,
                wanted);
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Make(int ordinal, String revision) -> make(ordinal, revision);
            case Action.Delete(Occupant occupant) ->
                Optional.ofNullable(pods.get(occupant.name())).ifPresent(pass::delete);
        }
    }

    private void make(int ordinal, String revision) {
        String name = set.meta().name() + "-" + ordinal;
        // A pod of somebody else may have the name.
        if (refusal.isPresent() || !pass.canCreate() || !pass.isFree(name)) {
            return;
        }
        ObjectNode template = templates.template(revision);
        ObjectNode metadata = template.withObject("/metadata");
        metadata.put("name", name);
        metadata.withObject("/labels")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("apps.kubernetes.io/pod-index", Integer.toString(ordinal))
                .put(Occupant.REVISION, revision);
        ObjectNode spec = template.withObject("/spec").put("hostname", name);
        String service = set.spec().path("serviceName").asText();
        if (!service.isEmpty()) {
            spec.put("subdomain", service);
        }
        try {
            claims(name, spec);
        } catch (KubeRefusal e) {
            String why = String.valueOf(e.getMessage());
            pass.warn("FailedCreate", "create Claim for Pod " + name + " failed error: " + why);
            refusal = Optional.of(why);
            return;
        }
        refusal = pass.createPod(template, "", maker);
    }

    /** Each pod has claims of its own, which outlive it: those of an earlier pod of the name are there already. */
    private void claims(String pod, ObjectNode podSpec) {
        for (JsonNode wanted : set.spec().path("volumeClaimTemplates")) {
            String template = wanted.at("/metadata/name").asText();
            String claim = template + "-" + pod;
            if (pass.isThere(CLAIM_TYPE, claim)) {
                continue;
            }
            ObjectNode json = Json.object();
            json.set("metadata", wanted.path("metadata").deepCopy());
            json.set("spec", wanted.path("spec").deepCopy());
            ObjectNode labels = json.withObject("/metadata/labels");
            set.spec()
                    .at("/selector/matchLabels")
                    .properties()
                    .forEach(label -> labels.set(label.getKey(), label.getValue()));
            pass.createBeside(CLAIM_TYPE, claim, json);
            pass.tell(
                    "SuccessfulCreate",
                    "create Claim " + claim + " Pod " + pod + " in StatefulSet "
                            + set.meta().name() + " success");
        }
        ArrayNode volumes = Json.object().putArray("volumes");
        Set<String> claimed = new HashSet<>();
        for (JsonNode wanted : set.spec().path("volumeClaimTemplates")) {
            String template = wanted.at("/metadata/name").asText();
            claimed.add(template);
            volumes.addObject()
                    .put("name", template)
                    .putObject("persistentVolumeClaim")
                    .put("claimName", template + "-" + pod);
        }
        podSpec.path("volumes").forEach(volume -> {
            if (!claimed.contains(volume.path("name").asText())) {
                volumes.add(volume);
            }
        });
        if (!volumes.isEmpty()) {
            podSpec.set("volumes", volumes);
        }
    }

    private ObjectNode status(Rules rules) {
        int present = count(one -> one.revision().equals(rules.present()) && !one.ending());
        int wanted = count(one -> one.revision().equals(rules.wanted()) && !one.ending());
        int ready = count(one -> one.ready() && !one.over());
        boolean isRolledOut = wanted == occupants.size() && ready == occupants.size() && wanted == rules.replicas();
        ObjectNode status = Json.object();
        status.put("observedGeneration", set.meta().generation());
        status.put("replicas", occupants.size());
        Counts.put(status, "readyReplicas", ready);
        Counts.put(status, "currentReplicas", isRolledOut ? wanted : present);
        Counts.put(status, "updatedReplicas", wanted);
        status.put("currentRevision", isRolledOut ? rules.wanted() : rules.present());
        status.put("updateRevision", rules.wanted());
        status.put("collisionCount", 0);
        status.put("availableReplicas", count(one -> one.available() && !one.over()));
        Conditions.of(set.status(), "").withFailure(refusal, now).writeTo(status);
        return status;
    }

    private int count(Predicate<Occupant> which) {
        return (int) occupants.stream().filter(which).count();
    }
}
