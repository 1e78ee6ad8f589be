package dev.gantry.e2e.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.e2e.simulation.Oracle.Percents;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Workload;
import dev.gantry.store.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Those who call the ECS API: they try again with the same words until they are answered, and remember what they were told. */
final class Users {

    private static final Caller CALLER =
            new Caller("000000000000", "eu-central-1", SimController.ARNS.root(), "request-1");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** The service whose task must never run twice. */
    static final String SINGLE = "single";
    /** The service whose revisions are exchanged as a whole. */
    private static final String TIDE = "tide";
    /** What runs in containers that end by themselves. */
    static final String BATCH = "batch";

    private static final Map<String, Percents> SERVICES = new TreeMap<>(Map.of(
            "api",
            new Percents(100, 200),
            "web",
            new Percents(50, 200),
            "edge",
            new Percents(0, 100),
            TIDE,
            // Of each of the two revisions that it has side by side.
            new Percents(100, 400),
            SINGLE,
            new Percents(0, 100)));

    private final World world;
    private final Dice dice;
    private final Map<String, Integer> wished = new TreeMap<>();
    private final Map<String, Integer> runs = new TreeMap<>();
    private final Map<String, Integer> begun = new TreeMap<>();
    private final Set<String> families = new TreeSet<>();
    private final Set<String> deleted = new TreeSet<>();
    private final Set<String> stopped = new TreeSet<>();
    private int calls;
    private int waiting;

    Users(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    /** Whether a service keeps two revisions side by side while one takes the place of the other. */
    boolean exchanges(String service) {
        return service.equals(TIDE);
    }

    Percents percents(String service) {
        return SERVICES.getOrDefault(service, new Percents(100, 200));
    }

    int calls() {
        return calls;
    }

    boolean areAnswered() {
        return waiting == 0;
    }

    /** Definitions, then services, then whatever comes to their minds until the end. */
    void begin(Duration until) {
        registerAll();
        register(TIDE, "");
        for (String service : SERVICES.keySet()) {
            if (dice.happens(0.7)) {
                world.agenda().after(dice.millis(2_000, 15_000), () -> create(service));
            }
        }
        int deeds = 3 + dice.below(10);
        for (int i = 0; i < deeds; i++) {
            int number = i;
            world.agenda().after(dice.between(Duration.ofSeconds(15), until), () -> doSomething(number));
        }
    }

    /** Definitions and each of the services, and nothing else, for scenarios. */
    void beginWithAll() {
        registerAll();
        SERVICES.keySet().stream().filter(service -> !service.equals(TIDE)).forEach(this::create);
    }

    /** The service whose revisions are exchanged as a whole, for scenarios. */
    void beginTide() {
        register(TIDE, "");
        create(TIDE);
    }

    private void registerAll() {
        register("api", "");
        register("web", "");
        register("edge", ",'portMappings':[{'containerPort':80,'hostPort':8080}]");
        register(SINGLE, "");
        register(BATCH, "");
    }

    private void register(String family, String more) {
        call(
                "RegisterTaskDefinition",
                "{'family':'%1$s','containerDefinitions':[{'name':'app','image':'%1$s','cpu':128,'memory':64,'stopTimeout':3%2$s}]}"
                        .formatted(family, more),
                answer -> families.add(family));
    }

    private void create(String service) {
        Percents percents = percents(service);
        int desired = 1 + dice.below(most(service) > 1 ? most(service) - 1 : 1);
        String strategy = service.equals(TIDE) ? ",'strategy':'BLUE_GREEN','bakeTimeInMinutes':0" : "";
        int maximum = service.equals(TIDE) ? percents.maximum() / 2 : percents.maximum();
        String tags = service.equals(SINGLE) ? ",'tags':[{'key':'gantry:singleton','value':'true'}]" : "";
        call(
                "CreateService",
                "{'serviceName':'%s','taskDefinition':'%s','desiredCount':%d,'clientToken':'create-%s','deploymentConfiguration':{'minimumHealthyPercent':%d,'maximumPercent':%d%s}%s}"
                        .formatted(service, service, desired, service, percents.minimum(), maximum, strategy, tags),
                answer -> wished.put(service, desired));
    }

    private static int most(String service) {
        return switch (service) {
            case "edge" -> 2;
            case SINGLE -> 1;
            default -> 5;
        };
    }

    private void doSomething(int number) {
        List<String> known = new ArrayList<>(wished.keySet());
        int what = dice.below(known.isEmpty() ? 2 : 8);
        switch (what) {
            case 0, 1 -> run(number);
            case 2, 3 -> scale(dice.of(known));
            case 4 -> deploy(dice.of(known));
            case 5 -> stopOne();
            case 6 -> takeBack(dice.of(known));
            default -> {
                if (dice.happens(0.4)) {
                    delete(dice.of(known));
                } else {
                    scale(dice.of(known));
                }
            }
        }
    }

    /** Runs tasks that end by themselves. */
    void run(int number) {
        int count = 1 + dice.below(3);
        String mark = "run-" + number;
        runs.put(mark, count);
        call(
                "RunTask",
                "{'taskDefinition':'batch','count':%d,'clientToken':'%s','startedBy':'%s'}"
                        .formatted(count, mark, mark),
                answer -> begun.put(mark, answer.path("tasks").size()));
    }

    private void scale(String service) {
        int desired = dice.below(most(service) + 1);
        update(service, "'desiredCount':" + desired, desired);
    }

    /** A new deployment of the service whose revisions are exchanged as a whole, for scenarios. */
    void deployTide() {
        deploy(TIDE);
    }

    /** Takes that deployment back, for scenarios. */
    void takeBackTide() {
        takeBack(TIDE);
    }

    /** Takes back what the service is being brought to, if it can be. */
    private void takeBack(String service) {
        EcsService known = world.oracle()
                .services()
                .get(Kinds.ECS_SERVICE.key("default", service).path());
        if (known != null) {
            call(
                    "StopServiceDeployment",
                    "{'serviceDeploymentArn':'%s'}"
                            .formatted(SimController.ARNS.serviceDeployment(
                                    "default", service, known.getServiceDeployment())),
                    answer -> {});
        }
    }

    private void deploy(String service) {
        update(service, "'forceNewDeployment':true", wished.getOrDefault(service, 0));
    }

    /** A new deployment of every service, for scenarios. */
    void deployAll() {
        List.copyOf(wished.keySet()).forEach(this::deploy);
    }

    private void update(String service, String change, int desired) {
        int known = wished.getOrDefault(service, -1);
        if (known < 0) {
            return;
        }
        // Who has not been told yet what became of an update does not send another one.
        wished.remove(service);
        call("UpdateService", "{'service':'%s',%s}".formatted(service, change), answer -> {
            wished.put(service, desired);
            if (answer.path("service").path("desiredCount").asInt(-1) != desired) {
                throw new Violation("I4", service + " is not answered as it was updated: " + answer);
            }
        });
    }

    private void delete(String service) {
        wished.remove(service);
        call("DeleteService", "{'service':'%s','force':true}".formatted(service), answer -> deleted.add(service));
    }

    private void stopOne() {
        List<Workload> candidates = world.oracle().workloads().values().stream()
                .filter(workload -> !Workloads.isUnwanted(workload) && !Pods.isPod(workload))
                .toList();
        if (!candidates.isEmpty()) {
            stop(dice.of(candidates).getId());
        }
    }

    void stop(String task) {
        call("StopTask", "{'task':'%s'}".formatted(task), answer -> stopped.add(task));
    }

    private void call(String operation, String input, Consumer<JsonNode> answered) {
        waiting++;
        Question.ask(world, dice, controller -> ask(controller, operation, input, answered));
    }

    private boolean ask(SimController controller, String operation, String input, Consumer<JsonNode> answered)
            throws InterruptedException {
        calls++;
        try {
            JsonNode answer = controller
                    .users()
                    .call(operation, JSON.readTree(input.replace('\'', '"')), CALLER)
                    .tree();
            world.say("user: " + operation + " " + input.substring(0, Math.min(80, input.length())));
            waiting--;
            answered.accept(answer);
            return true;
        } catch (UnavailableException e) {
            world.say("user: " + operation + " has no answer: " + e.getMessage());
            return false;
        } catch (AwsException e) {
            world.say("user: " + operation + " is refused: " + e.getMessage());
            boolean isOver = !isForNow(operation, e);
            if (isOver) {
                waiting--;
            }
            return isOver;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A definition that the asked controller has not seen yet is there a little later. */
    private static boolean isForNow(String operation, AwsException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        boolean unseen = message.contains("not found")
                && !List.of("StopTask", "DeleteService").contains(operation);
        return unseen || message.contains("try again");
    }

    // What they hold the cluster to in the end.

    /** I4, at every revision: what was answered stays until somebody asks for something else. */
    Optional<String> complaint(EcsService service) {
        boolean gone = deleted.contains(service.getName()) && service.getStatus() == EcsService.Status.ACTIVE;
        int wish = wished.getOrDefault(service.getName(), service.getDesiredCount());
        return gone || wish != service.getDesiredCount()
                ? Optional.of(service.getName() + " is " + service.getStatus() + " with "
                        + service.getDesiredCount() + " after it was "
                        + (gone ? "deleted" : "set to " + wish))
                : Optional.empty();
    }

    /** I4, of what is kept and of what was stopped. */
    private Optional<String> missing() {
        Map<String, Workload> tasks = new TreeMap<>();
        world.oracle().workloads().values().forEach(task -> tasks.put(task.getId(), task));
        for (Map.Entry<String, Integer> run : begun.entrySet()) {
            long there = tasks.values().stream()
                    .filter(task -> startedBy(task).equals(run.getKey()))
                    .count();
            // The history of stopped tasks is kept for an hour by the leader's clock.
            boolean kept = !world.counts().containsKey(Trouble.CONTROLLER_CLOCK_STEP);
            if (kept && there < run.getValue()) {
                return Optional.of("I4: " + run.getKey() + " was answered with " + run.getValue() + " tasks, of which "
                        + there + " are there");
            }
        }
        for (String task : stopped) {
            if (tasks.containsKey(task)
                    && !Workloads.isUnwanted(tasks.get(task))
                    && !Workloads.isStopped(tasks.get(task))) {
                return Optional.of("I4: " + task + " was stopped and shall run");
            }
        }
        return families.stream()
                .filter(family -> world.oracle().entries().keySet().stream()
                        .noneMatch(path -> path.startsWith(Kinds.ECS_TASK_DEFINITION.name() + "/")
                                && path.contains("/" + family + "/")))
                .findFirst()
                .map(family -> "I4: the definition " + family + " was registered and is not there");
    }

    /** I4 and I13. */
    Optional<String> complaint() {
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            return missing;
        }
        for (Map.Entry<String, Integer> wish : wished.entrySet()) {
            EcsService service = world.oracle().services().get("ecs-service/default/" + wish.getKey());
            if (service == null || service.getDesiredCount() != wish.getValue()) {
                return Optional.of("I4: service " + wish.getKey() + " was set to " + wish.getValue() + ", is "
                        + (service == null ? "gone" : service.getDesiredCount()));
            }
        }
        for (Map.Entry<String, Integer> run : runs.entrySet()) {
            long there = world.oracle().workloads().values().stream()
                    .filter(workload -> startedBy(workload).equals(run.getKey()))
                    .count();
            if (there > run.getValue()) {
                return Optional.of("I13: " + run.getKey() + " asked for " + run.getValue() + " tasks and has " + there);
            }
        }
        return Optional.empty();
    }

    /** Whether it ends by itself, as a task or as a pod. */
    static boolean isBatch(Workload workload) {
        return workload.getSpec().getContainersList().stream()
                .anyMatch(container -> container.getImage().equals(BATCH));
    }

    private static String startedBy(Workload workload) {
        try {
            return workload.getOrigin().is(EcsTask.class)
                    ? workload.getOrigin().unpack(EcsTask.class).getStartedBy()
                    : "";
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
