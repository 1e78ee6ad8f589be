package dev.gantry.e2e.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.store.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Those who call the Kubernetes API: they make what makes pods, scale it, change it, evict and delete, and remember what they wished. */
final class KubeUsers {

    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json";
    private static final String APPS = "/apis/apps/v1/namespaces/default/";
    private static final String JOBS = "/apis/batch/v1/namespaces/default/jobs";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    private static final int MOST = 4;

    /** What makes pods, by its name, which is also the label "app" of its pods. */
    enum Maker {
        FRONT("deployments", "Deployment", "'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':1}},"),
        BACK("deployments", "Deployment", "'strategy':{'type':'Recreate'},"),
        DB("statefulsets", "StatefulSet", "'serviceName':'db',");

        private final String plural;
        private final String kind;
        private final String more;

        Maker(String plural, String kind, String more) {
            this.plural = plural;
            this.kind = kind;
            this.more = more;
        }

        String title() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        private String document(int replicas) {
            return ("{'apiVersion':'apps/v1','kind':'%s','metadata':{'name':'%s'},'spec':{'replicas':%d,%s"
                            + "'selector':{'matchLabels':{'app':'%s'}},'template':%s}}")
                    .formatted(kind, title(), replicas, more, title(), template(title(), "'restartPolicy':'Always',"));
        }
    }

    private static String template(String app, String more) {
        return ("{'metadata':{'labels':{'app':'%1$s'}},'spec':{%2$s'terminationGracePeriodSeconds':3,"
                        + "'automountServiceAccountToken':false,'containers':[{'name':'main','image':'%1$s',"
                        + "'resources':{'requests':{'cpu':'50m','memory':'32Mi'}}}]}}")
                .formatted(app, more);
    }

    private final World world;
    private final Dice dice;
    private final TreeMap<String, Integer> wished = new TreeMap<>();
    private final Set<String> deleted = new TreeSet<>();
    private final TreeMap<String, Integer> jobs = new TreeMap<>();
    private int waiting;

    KubeUsers(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    boolean areAnswered() {
        return waiting == 0;
    }

    /** In some runs nobody comes. */
    void begin(Duration until) {
        if (dice.happens(0.3)) {
            return;
        }
        for (Maker maker : Maker.values()) {
            if (dice.happens(0.7)) {
                world.agenda().after(dice.millis(2_000, 15_000), () -> create(maker));
            }
        }
        int deeds = 3 + dice.below(10);
        for (int i = 0; i < deeds; i++) {
            int number = i;
            world.agenda().after(dice.between(Duration.ofSeconds(15), until), () -> doSomething(number));
        }
    }

    /** All that makes pods, as many as may be, with a budget, for scenarios. */
    void beginWithAll() {
        List.of(Maker.values()).forEach(maker -> create(maker, MOST));
        runJob(0);
    }

    /** A job that counts nothing that befalls its pods, for scenarios. */
    void runCalmJob() {
        runJob(1);
    }

    /** New pods for all old ones, for scenarios. */
    void deployAll() {
        List.of(Maker.values()).forEach(this::deploy);
    }

    /** All at once, for scenarios. */
    void evictAll() {
        world.pods().names().forEach(this::evict);
    }

    private void create(Maker maker) {
        create(maker, 1 + dice.below(MOST));
    }

    private void create(Maker maker, int replicas) {
        ask("POST", APPS + maker.plural, JSON, maker.document(replicas), () -> wished.put(maker.title(), replicas));
        if (maker == Maker.FRONT) {
            String budget = "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'front'},"
                    + "'spec':{'maxUnavailable':1,'selector':{'matchLabels':{'app':'front'}}}}";
            ask("POST", BUDGETS, JSON, budget, () -> {});
        }
    }

    private void doSomething(int number) {
        List<Maker> known = new ArrayList<>();
        for (Maker maker : Maker.values()) {
            if (wished.containsKey(maker.title())) {
                known.add(maker);
            }
        }
        int what = known.isEmpty() ? 0 : dice.below(8);
        switch (what) {
            case 0, 1 -> runJob(number);
            case 2, 3 -> scale(dice.of(known), dice.below(MOST + 1));
            case 4 -> deploy(dice.of(known));
            case 5 -> aPod().ifPresent(this::evict);
            case 6 -> aPod().ifPresent(pod -> ask("DELETE", PODS + "/" + pod, JSON, "{}", () -> {}));
            default -> {
                if (dice.happens(0.3)) {
                    delete(dice.of(known));
                } else {
                    scale(dice.of(known), dice.below(MOST + 1));
                }
            }
        }
    }

    private void runJob(int number) {
        int completions = 1 + dice.below(3);
        String job = ("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'job-%d'},'spec':{'completions':%d,"
                        + "'parallelism':2,'backoffLimit':50,%s'template':%s}}")
                .formatted(number, completions, policy(number), template("batch", "'restartPolicy':'Never',"));
        ask("POST", JOBS, JSON, job, () -> jobs.put("job-" + number, completions));
    }

    /** Some jobs count nothing that befalls their pods, some have indexes that fail by themselves. */
    private static String policy(int number) {
        String ignoring = "'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':"
                + "[{'type':'DisruptionTarget'}]}]},";
        String indexed = "'completionMode':'Indexed','backoffLimitPerIndex':50,";
        return switch (number % 4) {
            case 1 -> ignoring;
            case 2 -> indexed;
            case 3 -> ignoring + indexed;
            default -> "";
        };
    }

    private void scale(Maker maker, int replicas) {
        // Who has not been told yet what became of a change does not send another one.
        if (wished.remove(maker.title()) != null) {
            patch(maker, "{'spec':{'replicas':%d}}".formatted(replicas), replicas);
        }
    }

    /** New pods for the old ones. */
    private void deploy(Maker maker) {
        Integer replicas = wished.remove(maker.title());
        if (replicas != null) {
            String template = "{'spec':{'template':{'metadata':{'annotations':{'round':'%d'}}}}}";
            patch(maker, template.formatted(dice.below(1_000_000)), replicas);
        }
    }

    private void patch(Maker maker, String patch, int replicas) {
        String target = APPS + maker.plural + "/" + maker.title();
        ask("PATCH", target, MERGE, patch, () -> wished.put(maker.title(), replicas));
    }

    private void delete(Maker maker) {
        wished.remove(maker.title());
        ask("DELETE", APPS + maker.plural + "/" + maker.title(), JSON, "{}", () -> deleted.add(maker.title()));
    }

    private Optional<String> aPod() {
        List<String> pods = world.pods().names();
        return pods.isEmpty() ? Optional.empty() : Optional.of(dice.of(pods));
    }

    /** Refused when too few others serve, and then not asked for again. */
    private void evict(String pod) {
        String eviction = "{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'%s'}}".formatted(pod);
        ask("POST", PODS + "/" + pod + "/eviction", JSON, eviction, () -> {});
    }

    private void ask(String method, String target, String type, String body, Runnable answered) {
        ask(dice, method, target, type, body, answered);
    }

    /** @param dice of the one who asks */
    void ask(Dice dice, String method, String target, String type, String body, Runnable answered) {
        waiting++;
        Question.ask(world, dice, controller -> ask(controller, method, target, type, body, answered));
    }

    private boolean ask(
            SimController controller, String method, String target, String type, String body, Runnable answered)
            throws InterruptedException {
        SimKube.Answer answer;
        try {
            answer = controller.kube().call(method, target, type, body);
        } catch (UnavailableException e) {
            world.say("kubectl: " + method + " " + target + " has no answer: " + e.getMessage());
            return false;
        }
        world.say("kubectl: " + method + " " + target + " " + answer.message());
        // What an earlier try has done already is done; what cannot be seen yet is there a little later.
        boolean isRepeated =
                method.equals("POST") && answer.status() == 409 || method.equals("DELETE") && answer.status() == 404;
        boolean isRefused = answer.status() == 429 || target.startsWith(PODS) && answer.status() / 100 == 4;
        boolean isDone = answer.status() / 100 == 2 || isRepeated;
        if (isDone || isRefused) {
            waiting--;
            if (isDone) {
                answered.run();
            }
            return true;
        }
        if (answer.status() / 100 == 4 && answer.status() != 404 && answer.status() != 409) {
            throw new Violation("I4", "the Kubernetes API refuses " + method + " " + target + ": " + answer.json());
        }
        return false;
    }

    // What they hold the cluster to in the end.

    /** What is not yet as it was wished. */
    Optional<String> unsettled() {
        if (!areAnswered()) {
            return Optional.of("a user of the Kubernetes API is not answered");
        }
        SimPods pods = world.pods();
        for (var wish : wished.entrySet()) {
            long live = pods.live(wish.getKey());
            long ready = pods.ready(wish.getKey());
            boolean isThere = live == wish.getValue() && ready == wish.getValue();
            if (!isThere && !pods.isHeldUp(wish.getKey())) {
                return Optional.of(
                        wish.getKey() + " has " + live + " pods, " + ready + " ready, of " + wish.getValue());
            }
        }
        for (String name : deleted) {
            if (pods.live(name) > 0) {
                return Optional.of(name + " was deleted and has " + pods.live(name) + " pods");
            }
        }
        for (var job : jobs.entrySet()) {
            JsonNode status = pods.document("batch", "jobs", job.getKey()).path("status");
            if (status.path("succeeded").asInt() != job.getValue()
                    || status.path("active").asInt() != 0) {
                return Optional.of(job.getKey() + " of " + job.getValue() + " is at " + status);
            }
        }
        return pods.outdated();
    }
}
