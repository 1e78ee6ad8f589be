package dev.gantry.controller.kube.apps;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides what a daemon set does next: one pod on each node that it runs on, none elsewhere, and those of another revision
 * replaced so that few are missing at a time.
 */
final class DaemonPlanner {

    private final Rules rules;
    private final List<Site> sites;
    private final Map<String, List<Daemon>> byNode;

    DaemonPlanner(Rules rules, List<Site> sites, List<Daemon> daemons) {
        this.rules = rules;
        this.sites = List.copyOf(sites);
        this.byNode =
                daemons.stream().collect(Collectors.groupingBy(Daemon::node, LinkedHashMap::new, Collectors.toList()));
    }

    Rules rules() {
        return rules;
    }

    List<Site> sites() {
        return sites;
    }

    /**
     * @param replaces whether pods of another revision are replaced, not only made anew when they are gone
     * @param maxUnavailable on so many nodes none may serve while pods are replaced
     * @param wanted the revision of the template as it is
     */
    record Rules(boolean replaces, int maxUnavailable, String wanted) {}

    /**
     * A node.
     *
     * @param runs whether it shall have a pod
     * @param keeps whether a pod that it has stays
     */
    record Site(String node, boolean runs, boolean keeps) {}

    /**
     * A pod.
     *
     * @param node that it is on, or is meant for; empty for one that is gone
     * @param over whether it has ended
     * @param ending whether its deletion was asked for
     */
    record Daemon(
            String name,
            String node,
            String revision,
            boolean ready,
            boolean available,
            boolean over,
            boolean ending,
            Instant created) {

        boolean isLive() {
            return !over && !ending;
        }
    }

    sealed interface Action {

        record Make(String node) implements Action {}

        record Delete(Daemon daemon) implements Action {}
    }

    List<Action> plan() {
        List<Action> actions = new ArrayList<>();
        sites.forEach(site -> settle(site, actions));
        Set<String> known = sites.stream().map(Site::node).collect(Collectors.toSet());
        byNode.values().stream()
                .flatMap(List::stream)
                .filter(daemon -> !daemon.ending() && !known.contains(daemon.node()))
                .forEach(daemon -> actions.add(new Action.Delete(daemon)));
        if (rules.replaces()) {
            replace(actions);
        }
        return actions;
    }

    private void settle(Site site, List<Action> actions) {
        List<Daemon> here = on(site);
        Optional<Daemon> kept = site.keeps() ? kept(site) : Optional.empty();
        here.stream()
                .filter(daemon -> !daemon.ending())
                .filter(daemon -> !kept.equals(Optional.of(daemon)))
                .forEach(daemon -> actions.add(new Action.Delete(daemon)));
        if (site.runs() && here.isEmpty()) {
            actions.add(new Action.Make(site.node()));
        }
    }

    private void replace(List<Action> actions) {
        List<Daemon> old = sites.stream()
                .filter(Site::keeps)
                .flatMap(site -> kept(site).stream())
                .filter(daemon -> !daemon.revision().equals(rules.wanted()))
                .toList();
        old.stream().filter(daemon -> !daemon.available()).forEach(daemon -> actions.add(new Action.Delete(daemon)));
        long missing = sites.stream()
                .filter(Site::runs)
                .filter(site -> kept(site).filter(Daemon::available).isEmpty())
                .count();
        old.stream()
                .filter(Daemon::available)
                .limit(Math.max(0, rules.maxUnavailable() - missing))
                .forEach(daemon -> actions.add(new Action.Delete(daemon)));
    }

    private List<Daemon> on(Site site) {
        return byNode.getOrDefault(site.node(), List.of());
    }

    /** The oldest of those that a node has, if it should have more than one. */
    Optional<Daemon> kept(Site site) {
        return on(site).stream()
                .filter(Daemon::isLive)
                .min(Comparator.comparing(Daemon::created).thenComparing(Daemon::name));
    }
}
