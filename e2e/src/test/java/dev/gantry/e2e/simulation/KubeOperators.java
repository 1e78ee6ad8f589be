package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Those who run what belongs to every cluster: a daemon set with a service before it, a cron job, and pods for which others have to go. */
final class KubeOperators {

    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json";
    private static final String APPS = "/apis/apps/v1/namespaces/default/";
    private static final String CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses";
    private static final String CRON_JOBS = "/apis/batch/v1/namespaces/default/cronjobs";
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    /** On every node, at the address of the node. */
    static final String PROBE = "probe";

    private static final String URGENT = "urgent";
    private static final String IDLE = "idle";
    private static final int IDLE_PODS = 5;

    private final World world;
    private final Dice dice;
    private final TreeMap<String, Integer> wished = new TreeMap<>();
    private int rounds;
    private boolean hasProbe;

    KubeOperators(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    /** In most runs nobody comes: they are dear. */
    void begin(Duration until) {
        if (dice.happens(0.8)) {
            return;
        }
        List.<Runnable>of(this::createProbe, this::createCronJob, this::createUrgent)
                .forEach(deed -> {
                    if (dice.happens(0.6)) {
                        world.agenda().after(dice.millis(2_000, 20_000), deed::run);
                    }
                });
        int deeds = 1 + dice.below(4);
        for (int i = 0; i < deeds; i++) {
            world.agenda().after(dice.between(Duration.ofSeconds(25), until), this::doSomething);
        }
    }

    /** All of it, for scenarios. */
    void beginWithAll() {
        createProbe();
        createCronJob();
        createUrgent();
    }

    private void doSomething() {
        if (hasProbe && dice.happens(0.5)) {
            deployProbe();
        } else if (wished.containsKey(URGENT)) {
            scaleUrgent(dice.below(4));
        }
    }

    private void createProbe() {
        String set = ("{'apiVersion':'apps/v1','kind':'DaemonSet','metadata':{'name':'probe'},'spec':{"
                        + "'selector':{'matchLabels':{'app':'probe'}},'template':%s}}")
                .formatted(pod(PROBE, "'hostNetwork':true,"));
        ask("POST", APPS + "daemonsets", JSON, set, () -> hasProbe = true);
        String service = "{'apiVersion':'v1','kind':'Service','metadata':{'name':'probe'},'spec':{"
                + "'selector':{'app':'probe'},'ports':[{'port':80}]}}";
        ask("POST", SERVICES, JSON, service, () -> {});
    }

    /** New pods for all old ones. */
    void deployProbe() {
        String template = "{'spec':{'template':{'metadata':{'annotations':{'round':'%d'}}}}}".formatted(++rounds);
        ask("PATCH", APPS + "daemonsets/probe", MERGE, template, () -> {});
    }

    /** Every minute; a job may take longer, which keeps the next one away. */
    private void createCronJob() {
        String job = ("{'apiVersion':'batch/v1','kind':'CronJob','metadata':{'name':'tick'},'spec':{"
                        + "'schedule':'* * * * *','concurrencyPolicy':'Forbid','successfulJobsHistoryLimit':50,"
                        + "'jobTemplate':{'spec':{'completions':7,'parallelism':1,'backoffLimit':50,'template':%s}}}}")
                .formatted(pod(Users.BATCH, "'restartPolicy':'Never',"));
        ask("POST", CRON_JOBS, JSON, job, () -> {});
    }

    /** Both kinds of pods need the same port of a node, so that the idle ones have to go where the urgent ones come. */
    private void createUrgent() {
        createClass(URGENT, 1_000, () -> createHolders(URGENT, 1 + dice.below(2)));
        createClass(IDLE, -10, () -> createHolders(IDLE, IDLE_PODS));
    }

    private void createClass(String name, int value, Runnable then) {
        String document =
                "{'apiVersion':'scheduling.k8s.io/v1','kind':'PriorityClass','metadata':{'name':'%s'},'value':%d}"
                        .formatted(name, value);
        ask("POST", CLASSES, JSON, document, then);
    }

    private void createHolders(String name, int replicas) {
        String set = ("{'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'name':'%1$s'},'spec':{'replicas':%2$d,"
                        + "'selector':{'matchLabels':{'app':'%1$s'}},'template':%3$s}}")
                .formatted(name, replicas, pod(name, "'priorityClassName':'%s',".formatted(name)))
                .replace("'resources'", "'ports':[{'containerPort':9090,'hostPort':9090}],'resources'");
        ask("POST", APPS + "replicasets", JSON, set, () -> wished.put(name, replicas));
    }

    /** To so many as there may be at most, and more, for scenarios. */
    void scaleUrgent(int replicas) {
        if (wished.remove(URGENT) != null) {
            String patch = "{'spec':{'replicas':%d}}".formatted(replicas);
            ask("PATCH", APPS + "replicasets/urgent", MERGE, patch, () -> wished.put(URGENT, replicas));
        }
    }

    private static String pod(String app, String more) {
        return ("{'metadata':{'labels':{'app':'%1$s'}},'spec':{%2$s'terminationGracePeriodSeconds':3,"
                        + "'automountServiceAccountToken':false,'containers':[{'name':'main','image':'%1$s',"
                        + "'resources':{'requests':{'cpu':'20m','memory':'16Mi'}}}]}}")
                .formatted(app, more);
    }

    private void ask(String method, String target, String type, String body, Runnable answered) {
        world.kubeUsers().ask(dice, method, target, type, body, answered);
    }

    // What they hold the cluster to in the end.

    /** What is not yet as it was wished. */
    Optional<String> unsettled() {
        SimPods pods = world.pods();
        for (var wish : wished.entrySet()) {
            long live = pods.live(wish.getKey());
            if (live != wish.getValue()) {
                return Optional.of(wish.getKey() + " has " + live + " pods of " + wish.getValue());
            }
        }
        Optional<String> waiting = world.room().waitsInVain();
        if (waiting.isPresent()) {
            return waiting;
        }
        if (!hasProbe || pods.isHeldUp(PROBE)) {
            return Optional.empty();
        }
        return pods.daemons(PROBE, world.nodes().size()).or(() -> pods.endpoints(PROBE));
    }
}
