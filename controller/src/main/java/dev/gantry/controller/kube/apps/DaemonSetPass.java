package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.apps.DaemonPlanner.Action;
import dev.gantry.controller.kube.apps.DaemonPlanner.Daemon;
import dev.gantry.controller.kube.apps.DaemonPlanner.Rules;
import dev.gantry.controller.kube.apps.DaemonPlanner.Site;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.owner.Counts;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Share;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.scheduler.NodeFit;
import dev.gantry.controller.scheduler.Reason.Filter;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** One pass over one daemon set. */
final class DaemonSetPass {

    /** What does not drive a pod away that is there already. */
    private static final Set<Filter> PASSING = EnumSet.of(Filter.READINESS, Filter.ADMINISTRATION, Filter.TAINTS);

    private final Snapshot snapshot;
    private final KubeDocument set;
    private final PodMaker maker;
    private final Instant now;
    private final OwnerPass pass;
    private final Templates templates;
    private final Duration minReady;
    private final Map<String, PodDocument> pods = new LinkedHashMap<>();
    private final List<Daemon> daemons;

    DaemonSetPass(Snapshot snapshot, KubeDocument set, List<PodDocument> owned, PodMaker maker, Instant now) {
        this.snapshot = snapshot;
        this.set = set;
        this.maker = maker;
        this.now = now;
        this.pass = new OwnerPass(snapshot, set, now);
        this.templates = Templates.of(snapshot, set);
        this.minReady = Duration.ofSeconds(set.spec().path("minReadySeconds").asLong());
        owned.forEach(pod -> pods.put(pod.name().name(), pod));
        this.daemons = owned.stream().map(this::daemon).toList();
    }

    Outcome decide() {
        if (set.meta().isDeleted()) {
            return Outcome.nothing();
        }
        String wanted = templates.present(pass);
        ObjectNode template = DaemonTemplate.tolerant(templates.template(wanted));
        List<Site> sites;
        try {
            sites = sites(DaemonTemplate.sample(snapshot, set, template, maker, now));
        } catch (RefusedException | KubeRefusal e) {
            pass.warn("FailedCreate", "Error creating: " + e.getMessage());
            return pass.outcome();
        }
        DaemonPlanner planner = new DaemonPlanner(rules(wanted, sites), sites, daemons);
        planner.plan().stream().takeWhile(_ -> pass.hasRoom()).forEach(action -> apply(action, template, wanted));
        pass.json().set("status", status(planner));
        Set<String> used = new HashSet<>(Set.of(wanted));
        daemons.forEach(daemon -> used.add(daemon.revision()));
        templates.forget(pass, used);
        Outcome outcome = pass.outcome();
        return Member.nextAvailable(pods.values().stream().map(Member::of), minReady, now)
                .map(outcome::orWakeAt)
                .orElse(outcome);
    }

    private Daemon daemon(PodDocument pod) {
        Member member = Member.of(pod);
        String node = member.isPlaced()
                ? snapshot.get(Kinds.NODE.key("", member.node()))
                        .map(found -> NodeNames.of(found.value()))
                        .orElse("")
                : DaemonTemplate.node(pod);
        return new Daemon(
                member.name(),
                node,
                set.meta().name() + "-" + member.labels().getOrDefault(Occupant.REVISION, ""),
                member.isReady(),
                member.isAvailable(minReady, now),
                pod.isOver(),
                pod.isDeleted(),
                member.created());
    }

    /** In the order of names. */
    private List<Site> sites(Workload sample) {
        NodeFit fit = NodeFit.of(sample);
        return snapshot.list(Kinds.NODE).stream()
                .filter(node -> node.value().getAdministration() != Administration.DEREGISTERED)
                .map(node -> site(fit, node))
                .sorted(Comparator.comparing(Site::node))
                .toList();
    }

    private static Site site(NodeFit fit, Versioned<Node> node) {
        Set<Filter> against = fit.against(node);
        boolean keeps = PASSING.containsAll(against);
        against.remove(Filter.READINESS);
        boolean isLost = node.value().getReadiness() == Readiness.LOST;
        return new Site(NodeNames.of(node.value()), against.isEmpty() && !isLost, keeps);
    }

    private Rules rules(String wanted, List<Site> sites) {
        JsonNode strategy = set.spec().path("updateStrategy");
        int desired = (int) sites.stream().filter(Site::runs).count();
        int unavailable = new Share(strategy.at("/rollingUpdate/maxUnavailable")).roundedUp(desired);
        return new Rules(!strategy.path("type").asText().equals("OnDelete"), Math.max(1, unavailable), wanted);
    }

    private void apply(Action action, ObjectNode template, String wanted) {
        switch (action) {
            case Action.Make(String node) -> make(template, node, wanted);
            case Action.Delete(Daemon daemon) ->
                Optional.ofNullable(pods.get(daemon.name())).ifPresent(pass::delete);
        }
    }

    private void make(ObjectNode template, String node, String wanted) {
        if (!pass.canCreate()) {
            return;
        }
        ObjectNode pinned = DaemonTemplate.pinned(template, node);
        pinned.withObject("/metadata/labels")
                .put(Occupant.REVISION, wanted.substring(set.meta().name().length() + 1));
        // A refusal is told in an event.
        Optional<String> _ = pass.createPod(pinned, set.meta().name() + "-", maker);
    }

    private ObjectNode status(DaemonPlanner planner) {
        ObjectNode status = Json.object();
        int desired = count(planner, _ -> true);
        int available = count(planner, daemonHere(planner, Daemon::available));
        status.put("observedGeneration", set.meta().generation());
        status.put("desiredNumberScheduled", desired);
        status.put("currentNumberScheduled", count(planner, daemonHere(planner, _ -> true)));
        status.put("numberMisscheduled", (int) planner.sites().stream()
                .filter(site -> !site.runs() && planner.kept(site).isPresent())
                .count());
        status.put("numberReady", count(planner, daemonHere(planner, Daemon::ready)));
        String wanted = planner.rules().wanted();
        Counts.put(
                status,
                "updatedNumberScheduled",
                count(planner, daemonHere(planner, daemon -> daemon.revision().equals(wanted))));
        Counts.put(status, "numberAvailable", available);
        Counts.put(status, "numberUnavailable", desired - available);
        return status;
    }

    private static int count(DaemonPlanner planner, Predicate<Site> which) {
        return (int) planner.sites().stream().filter(Site::runs).filter(which).count();
    }

    private static Predicate<Site> daemonHere(DaemonPlanner planner, Predicate<Daemon> which) {
        return site -> planner.kept(site).filter(which).isPresent();
    }
}
