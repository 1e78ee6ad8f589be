package dev.gantry.e2e.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.pod.PodView;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps the books of pods and of what makes them, by the store's events alone, and says which promise of a planner was broken. */
final class SimPods {

    /** A planner may not have seen what happened so lately. */
    private static final Duration UNSEEN_MAX = Duration.ofSeconds(20);

    private static final String K5 = "K5";

    /** Where a daemon set says for which node a pod is. */
    private static final String NODE = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
            + "/nodeSelectorTerms/0/matchFields/0/values/0";

    private static final String SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final Pattern PREEMPTED = Pattern.compile("Preempted by pod (\\S+) on node .*");

    private final World world;
    private final TreeMap<String, PodDocument> pods = new TreeMap<>();
    private final TreeMap<String, JsonNode> objects = new TreeMap<>();
    private final Map<String, JsonNode> byUid = new TreeMap<>();
    /** When pods ceased to serve by no planner's will, by app and name. */
    private final Map<String, Long> fallen = new TreeMap<>();
    /** Those that fell with a budget's leave, by app and name. */
    private final Set<String> evicted = new TreeSet<>();
    /** When somebody last asked for another number, by app. */
    private final Map<String, Long> changed = new TreeMap<>();

    /** What cron jobs began, by the cron job and the time that it was due. */
    private final Set<String> begun = new TreeSet<>();

    /** Pods that failed by themselves, by the uid of what manages them. */
    private final Map<String, Set<String>> failures = new TreeMap<>();

    // Of one revision: judged once all of it is known.
    private final List<PodDocument> created = new ArrayList<>();
    private final List<JsonNode> grown = new ArrayList<>();
    private final List<PodDocument> calledOff = new ArrayList<>();
    private final List<PodDocument> dismissed = new ArrayList<>();
    private boolean isBudgetSpent;

    SimPods(World world) {
        this.world = world;
    }

    // What the store tells.

    void take(Key<Workload> key, @Nullable Workload after, long revision, boolean isPlanned) {
        PodDocument before = pods.get(key.path());
        Optional<PodDocument> now =
                after == null ? Optional.empty() : PodDocument.of(new Versioned<>(key, after, revision));
        now.ifPresentOrElse(pod -> pods.put(key.path(), pod), () -> pods.remove(key.path()));
        now.ifPresent(this::noteFailure);
        if (before == null) {
            now.ifPresent(created::add);
            return;
        }
        if (after != null && !Workloads.isUnwanted(before.record().value())) {
            preemptor(after).ifPresent(urgent -> checkPreempted(before, urgent));
        }
        if (before.isReady() && !now.map(PodDocument::isReady).orElse(false)) {
            // What ends with its node was not asked to.
            boolean isAsked = after == null
                    || !Workloads.isUnwanted(before.record().value())
                            && after.getWish().getDesired() == RunState.STOP;
            Optional<String> preemptor = after == null ? Optional.empty() : preemptor(after);
            if (isAsked && isPlanned && preemptor.isEmpty()) {
                calledOff.add(before);
            } else {
                fallen.put(
                        app(before) + " " + before.meta().name(), world.agenda().now());
                if (isAsked) {
                    dismissed.add(before);
                }
            }
        }
    }

    void take(Key<KubeObject> key, @Nullable ByteString value, long revision) {
        JsonNode before = objects.getOrDefault(key.path(), MissingNode.getInstance());
        if (value == null) {
            objects.remove(key.path());
            byUid.remove(Meta.of(before).uid());
            return;
        }
        JsonNode after = KubeDocument.of(new Versioned<>(key, Oracle.parse(Kinds.KUBE_OBJECT, value), revision))
                .json();
        objects.put(key.path(), after);
        byUid.put(Meta.of(after).uid(), after);
        String kind = after.path("kind").asText();
        if (kind.equals("ReplicaSet") && replicas(after) > (before.isMissingNode() ? 0 : replicas(before))) {
            grown.add(after);
        }
        if (kind.equals("Job") && before.isMissingNode()) {
            checkBegun(after);
        }
        if (kind.equals("Job") && after.path("spec").has("podFailurePolicy")) {
            checkFailures(after);
        }
        isBudgetSpent |= kind.equals("PodDisruptionBudget");
        if (replicas(before) != replicas(after) && !kind.equals("ReplicaSet")) {
            changed.put(Meta.of(after).name(), world.agenda().now());
        }
    }

    /** All of a revision was told. */
    void judge() {
        created.forEach(this::checkCreated);
        grown.forEach(this::checkGrown);
        calledOff.forEach(
                pod -> checkServing("K3", pod, "a planner ends " + pod.meta().name()));
        if (isBudgetSpent) {
            dismissed.forEach(pod -> evicted.add(app(pod) + " " + pod.meta().name()));
            dismissed.forEach(pod -> checkServing(K5, pod, pod.meta().name() + " is evicted"));
        }
        created.clear();
        grown.clear();
        calledOff.clear();
        dismissed.clear();
        isBudgetSpent = false;
    }

    /** K1 and K4. */
    private void checkCreated(PodDocument pod) {
        Meta.Owner owner = pod.meta().controller().orElse(null);
        if (owner == null) {
            return;
        }
        JsonNode maker = byUid.get(owner.uid());
        if (maker == null) {
            throw world.broken("K1", pod.meta().name() + " is made for " + owner.name() + ", which is not there");
        }
        List<PodDocument> all = ownedBy(owner.uid());
        long live =
                all.stream().filter(one -> !one.isOver() && !one.isDeleted()).count();
        switch (owner.kind()) {
            case "ReplicaSet" -> {
                if (live > replicas(maker)) {
                    throw world.broken("K1", owner.name() + " has " + live + " pods of " + replicas(maker));
                }
            }
            case "StatefulSet" -> checkOrder(pod, owner.name());
            case "DaemonSet" -> checkAlone(pod, all);
            case "Job" -> {
                long succeeded = all.stream()
                        .filter(one -> one.phase() == PodDocument.Phase.SUCCEEDED)
                        .count();
                int completions = maker.path("spec").path("completions").asInt();
                if (live > maker.path("spec").path("parallelism").asInt() || live + succeeded > completions) {
                    throw world.broken(
                            "K1",
                            owner.name() + " has " + live + " pods beside " + succeeded + " that succeeded, of "
                                    + completions);
                }
            }
            default -> {
                // What else makes pods is not simulated.
            }
        }
    }

    /** K6: a daemon set has one pod on a node at a time. */
    private void checkAlone(PodDocument pod, List<PodDocument> all) {
        String node = pod.json().at(NODE).asText();
        long living = all.stream()
                .filter(one -> !one.isOver() && one.json().at(NODE).asText().equals(node))
                .count();
        if (living > 1) {
            throw world.broken("K6", pod.meta().name() + " is made for " + node + ", where another one lives");
        }
    }

    private static Optional<String> preemptor(Workload workload) {
        Matcher matcher = PREEMPTED.matcher(workload.getWish().getStopReason());
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** K7: nobody has to go for a pod that is not more urgent. */
    private void checkPreempted(PodDocument pod, String preemptor) {
        int least = pods.values().stream()
                .filter(one -> one.meta().uid().equals(preemptor))
                .mapToInt(SimPods::priority)
                .findFirst()
                .orElseThrow(() ->
                        world.broken("K7", pod.meta().name() + " has to go for " + preemptor + ", which is not there"));
        if (priority(pod) >= least) {
            throw world.broken(
                    "K7", pod.meta().name() + " of priority " + priority(pod) + " has to go for one of " + least);
        }
    }

    private static int priority(PodDocument pod) {
        return pod.record().value().getSpec().getPod().getPriority();
    }

    /** K8: a cron job that forbids it never has two jobs at once, and none has two for one time. */
    private void checkBegun(JsonNode job) {
        Meta.Owner owner = Meta.of(job).controller().orElse(null);
        if (owner == null) {
            return;
        }
        String name = Meta.of(job).name();
        String time = job.path("metadata").path("annotations").path(SCHEDULED).asText();
        if (time.isEmpty() || !begun.add(owner.uid() + " " + time)) {
            throw world.broken("K8", name + " is the second job of " + owner.name() + " for " + time);
        }
        if (active(owner.name()) > 1) {
            throw world.broken("K8", name + " begins beside another one");
        }
    }

    private void noteFailure(PodDocument pod) {
        boolean isDisrupted = PodView.conditions(pod)
                .valueStream()
                .anyMatch(one -> one.path("type").asText().equals("DisruptionTarget"));
        if (pod.phase() == PodDocument.Phase.FAILED && !isDisrupted) {
            pod.meta()
                    .controller()
                    .ifPresent(owner -> failures.computeIfAbsent(owner.uid(), _ -> new TreeSet<>())
                            .add(pod.meta().uid()));
        }
    }

    /** K10: a job whose policy is to ignore disruptions counts no pod that has failed of one. */
    private void checkFailures(JsonNode job) {
        int counted = job.path("status").path("failed").asInt();
        int failed = failures.getOrDefault(Meta.of(job).uid(), Set.of()).size();
        if (counted > failed) {
            throw world.broken(
                    "K10",
                    Meta.of(job).name() + " counts " + counted + " failures where " + failed
                            + " pods failed by themselves");
        }
    }

    /** Jobs of a cron job that are there. */
    long jobsOf(String cronJob) {
        return jobs(cronJob).size();
    }

    /** Those that are not done yet. */
    long active(String cronJob) {
        return jobs(cronJob).stream().filter(job -> !isFinished(job)).count();
    }

    private List<JsonNode> jobs(String cronJob) {
        return objects.values().stream()
                .filter(object -> object.path("kind").asText().equals("Job"))
                .filter(job -> Meta.of(job)
                        .controller()
                        .filter(owner -> owner.name().equals(cronJob))
                        .isPresent())
                .toList();
    }

    private static boolean isFinished(JsonNode job) {
        return job.path("status")
                .path("conditions")
                .valueStream()
                .anyMatch(condition -> List.of("Complete", "Failed")
                                .contains(condition.path("type").asText())
                        && condition.path("status").asText().equals("True"));
    }

    /** K4: a pod of a stateful set begins once those before it serve. */
    private void checkOrder(PodDocument pod, String set) {
        String name = pod.meta().name();
        int ordinal = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
        for (int i = 0; i < ordinal; i++) {
            String earlier = set + "-" + i;
            boolean isServing =
                    pods.values().stream().anyMatch(one -> one.meta().name().equals(earlier) && one.isReady());
            if (!isServing && !isRecent(fallen.get(set + " " + earlier))) {
                throw world.broken("K4", name + " is made before " + earlier + " serves");
            }
        }
    }

    /** K2: a deployment never asks for more pods than it may have at once. */
    private void checkGrown(JsonNode set) {
        Meta.Owner owner = Meta.of(set).controller().orElse(null);
        JsonNode deployment = owner == null ? null : byUid.get(owner.uid());
        if (owner == null || deployment == null) {
            return;
        }
        List<JsonNode> sets = objects.values().stream()
                .filter(object -> object.path("kind").asText().equals("ReplicaSet"))
                .filter(object -> Meta.of(object)
                        .controller()
                        .filter(one -> one.uid().equals(owner.uid()))
                        .isPresent())
                .toList();
        int total = sets.stream().mapToInt(SimPods::replicas).sum();
        JsonNode strategy = deployment.path("spec").path("strategy");
        int surge = strategy.path("rollingUpdate").path("maxSurge").asInt();
        if (total > replicas(deployment) + surge) {
            throw world.broken(
                    "K2", owner.name() + " asks for " + total + " pods of " + replicas(deployment) + " and " + surge);
        }
        if (strategy.path("type").asText().equals("Recreate")) {
            String own = Meta.of(set).uid();
            for (JsonNode other : sets) {
                String uid = Meta.of(other).uid();
                boolean isLeft = ownedBy(uid).stream().anyMatch(pod -> !pod.isOver());
                if (!uid.equals(own) && isLeft) {
                    throw world.broken("K2", owner.name() + " makes new pods before the old ones are gone");
                }
            }
        }
    }

    /** K3 and K5: as many serve as must, whatever is done on purpose. */
    private void checkServing(String rule, PodDocument pod, String what) {
        JsonNode deployment = document("apps", "deployments", app(pod));
        JsonNode rolling = deployment.path("spec").path("strategy").path("rollingUpdate");
        if (rolling.isMissingNode() || Meta.of(deployment).isDeleted() || isRecent(changed.get(app(pod)))) {
            return;
        }
        long serving = ready(app(pod));
        String prefix = app(pod) + " ";
        fallen.values().removeIf(at -> !isRecent(at));
        // What was evicted before is in the budget's own books.
        long unseen = fallen.keySet().stream()
                .filter(key -> key.startsWith(prefix) && !(rule.equals(K5) && evicted.contains(key)))
                .count();
        int least = replicas(deployment) - rolling.path("maxUnavailable").asInt();
        if (serving + unseen < least) {
            throw world.broken(rule, what + " while " + serving + " of " + replicas(deployment) + " serve");
        }
    }

    private boolean isRecent(@Nullable Long at) {
        return at != null && world.agenda().now() - at <= UNSEEN_MAX.toNanos();
    }

    // What there is.

    List<String> names() {
        return pods.values().stream()
                .filter(pod -> !pod.isOver() && !pod.isDeleted())
                .map(pod -> pod.meta().name())
                .toList();
    }

    /** Pods of the app that have not ended, those included that are about to. */
    long live(String app) {
        return pods.values().stream()
                .filter(pod -> app(pod).equals(app) && !pod.isOver())
                .count();
    }

    long ready(String app) {
        return pods.values().stream()
                .filter(pod -> app(pod).equals(app) && pod.isReady())
                .count();
    }

    /** Whether a pod of the app waits longer from crash to crash, as it should, so that it may take minutes. */
    boolean isHeldUp(String app) {
        return pods.values().stream()
                .filter(pod -> app(pod).equals(app))
                .flatMap(pod -> pod.record().value().getObserved().getContainersList().stream())
                .anyMatch(container -> container.getWaitingReason().equals("CrashLoopBackOff"));
    }

    JsonNode document(String group, String resource, String name) {
        String scope = SimKube.CLUSTER + "/" + group + "/" + resource + "/default";
        return objects.getOrDefault(Kinds.KUBE_OBJECT.key(scope, name).path(), MissingNode.getInstance());
    }

    /** What is left of former times: old pods, and what belongs to nobody any more. */
    Optional<String> outdated() {
        for (JsonNode object : objects.values()) {
            JsonNode status = object.path("status");
            String kind = object.path("kind").asText();
            boolean isMaker = kind.equals("Deployment") || kind.equals("StatefulSet");
            boolean isCurrent = status.path("observedGeneration").asLong()
                            >= Meta.of(object).generation()
                    && status.path("updatedReplicas").asInt() == replicas(object)
                    && status.path("readyReplicas").asInt() == replicas(object);
            if (isMaker && !isCurrent && !isHeldUp(Meta.of(object).name())) {
                return Optional.of(kind + " " + Meta.of(object).name() + " is at " + status);
            }
            Optional<String> orphan = orphan(Meta.of(object));
            if (orphan.isPresent()) {
                return orphan;
            }
        }
        return pods.values().stream()
                .flatMap(pod -> orphan(pod.meta()).stream())
                .findFirst();
    }

    /** K6, in the end: one pod that serves on each node. */
    Optional<String> daemons(String app, int nodes) {
        Set<String> served = new TreeSet<>();
        pods.values().stream()
                .filter(pod -> app(pod).equals(app) && pod.isReady() && !pod.isDeleted())
                .forEach(pod -> served.add(pod.record().value().getPlacement().getNode()));
        JsonNode status = document("apps", "daemonsets", app).path("status");
        boolean isCurrent = status.path("updatedNumberScheduled").asInt() == nodes
                && status.path("numberReady").asInt() == nodes;
        return served.size() == nodes && live(app) == nodes && isCurrent
                ? Optional.empty()
                : Optional.of("K6: " + app + " serves on " + served.size() + " of " + nodes + " nodes with " + live(app)
                        + " pods, and is at " + status + waiting(app));
    }

    /** Which of its pods have no node, and why. */
    private String waiting(String app) {
        return pods.values().stream()
                .filter(pod -> app(pod).equals(app))
                .map(pod -> pod.record().value())
                .filter(pod -> pod.getPlacement().getNode().isEmpty())
                .map(pod -> "; " + pod.getId() + " waits: " + pod.getPlacement())
                .collect(Collectors.joining());
    }

    /** K9, in the end: a service leads to the pods that serve, and to no others. */
    Optional<String> endpoints(String app) {
        Set<String> serving = new TreeSet<>();
        pods.values().stream()
                .filter(pod -> app(pod).equals(app) && pod.isReady() && !pod.isDeleted())
                .forEach(pod -> serving.add(pod.meta().uid()));
        Set<String> told = new TreeSet<>();
        for (JsonNode slice : objects.values()) {
            boolean isOfService = slice.path("kind").asText().equals("EndpointSlice")
                    && app.equals(Meta.of(slice).labels().get("kubernetes.io/service-name"));
            if (isOfService) {
                for (JsonNode endpoint : slice.path("endpoints")) {
                    if (endpoint.path("conditions").path("ready").asBoolean()) {
                        told.add(endpoint.path("targetRef").path("uid").asText());
                    }
                }
            }
        }
        return told.equals(serving)
                ? Optional.empty()
                : Optional.of("K9: the service " + app + " leads to " + told + " of " + serving);
    }

    private Optional<String> orphan(Meta meta) {
        return meta.owners().stream()
                .filter(owner -> !byUid.containsKey(owner.uid()))
                .findFirst()
                .map(owner -> meta.name() + " belongs to " + owner.name() + ", which is not there");
    }

    private List<PodDocument> ownedBy(String uid) {
        return pods.values().stream()
                .filter(pod -> pod.meta().owners().stream()
                        .anyMatch(owner -> owner.uid().equals(uid)))
                .toList();
    }

    private static int replicas(JsonNode object) {
        return object.path("spec").path("replicas").asInt(1);
    }

    private static String app(PodDocument pod) {
        return pod.meta().labels().getOrDefault("app", "");
    }
}
