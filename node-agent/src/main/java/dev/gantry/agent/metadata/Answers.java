package dev.gantry.agent.metadata;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.Tenants;
import dev.gantry.agent.Tenants.Tenant;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.network.TaskAddress;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.NetworkMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions of tasks about themselves. A pass is good from the addresses of its own task only: who has learnt another's finds nothing.
 *
 * @param zone of the node
 */
record Answers(Tenants tenants, Passes passes, ContainerEngine engine, Samples samples, String zone) {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** Who asks, and of which container it is said to be; empty with version 2, of whose paths none says it. */
    private record Asking(Tenant tenant, String container) {}

    /** @param from the address that the question came from */
    Reply answer(Question question, String from) throws InterruptedException {
        try {
            Optional<Asking> asking = question.version() == 2 ? at(from) : withPass(question.pass(), from);
            return asking.isEmpty() ? missing(question) : answer(question, asking.get());
        } catch (EngineException e) {
            LOG.warn("A task's question cannot be answered: {}", e.text());
            return Reply.failure(500, "the container engine does not answer: " + e.text());
        }
    }

    private static Reply missing(Question question) {
        String what = question.version() == 2
                ? "no task in the network mode awsvpc has the address that this came from"
                : "there is no task with this path at the address that this came from";
        return Reply.failure(404, "V" + question.version() + " task metadata handler: " + what);
    }

    private Optional<Asking> at(String from) {
        return tenants.taskAt(from).map(tenant -> new Asking(tenant, ""));
    }

    /** The task whose pass this is, if it is shown at home. */
    Optional<Tenant> tenant(String pass, String from) throws InterruptedException {
        return withPass(pass, from).map(Asking::tenant);
    }

    private Optional<Asking> withPass(String pass, String from) throws InterruptedException {
        Optional<Tenant> tenant = tenants.task(Passes.task(pass));
        if (tenant.isEmpty()) {
            return Optional.empty();
        }
        String scope = tenant.get().workload().getScope();
        String id = tenant.get().workload().getId();
        Optional<String> container = tenant.get().containers().keySet().stream()
                .filter(name -> passes.isOf(scope, id, name, pass))
                .findFirst();
        return container.isPresent() && isAtHome(tenant.get(), from)
                ? Optional.of(new Asking(tenant.get(), container.get()))
                : Optional.empty();
    }

    /** Whether the address is the task's; on the machine's own network it is the machine's. */
    private boolean isAtHome(Tenant tenant, String from) throws InterruptedException {
        if (tenant.workload().getSpec().getNetwork() == NetworkMode.HOST) {
            return from.equals(TaskAddress.ADDRESS);
        }
        boolean isKnown = Stream.concat(
                        tenant.observed().getAddressesList().stream(),
                        tenant.observed().getContainersList().stream()
                                .map(ContainerStatus::getAddressesList)
                                .flatMap(addresses -> addresses.stream()))
                .anyMatch(from::equals);
        // A container may ask before anybody here has heard that it runs.
        return isKnown
                || portraits(tenant).values().stream()
                        .flatMap(portrait -> portrait.attachments().stream())
                        .anyMatch(attachment -> attachment.address().equals(from));
    }

    private Map<String, Portrait> portraits(Tenant tenant) throws InterruptedException {
        Map<String, Portrait> portraits = new LinkedHashMap<>();
        for (Map.Entry<String, String> container : tenant.containers().entrySet()) {
            engine.portray(container.getValue()).ifPresent(found -> portraits.put(container.getKey(), found));
        }
        return portraits;
    }

    private Reply answer(Question question, Asking asking) throws InterruptedException {
        Map<String, Portrait> portraits = portraits(asking.tenant());
        TaskPicture picture = new TaskPicture(question.version(), asking.tenant(), portraits, zone);
        return switch (question.subject()) {
            case TASK -> Reply.of(picture.task(false));
            case TASK_WITH_TAGS -> Reply.of(picture.task(true));
            case TASK_STATISTICS -> Reply.of(statistics(portraits));
            case CONTAINER ->
                container(question, asking, portraits)
                        .flatMap(picture::container)
                        .map(Reply::of)
                        .orElseGet(() -> noContainer(question));
            case CONTAINER_STATISTICS -> {
                Optional<String> name = container(question, asking, portraits);
                Optional<ObjectNode> sample = name.isEmpty() ? Optional.empty() : statistics(portraits, name.get());
                yield sample.map(Reply::of).orElseGet(() -> noContainer(question));
            }
        };
    }

    private static Reply noContainer(Question question) {
        return Reply.failure(
                404, "V" + question.version() + " container metadata handler: there is no such running container");
    }

    private static Optional<String> container(Question question, Asking asking, Map<String, Portrait> portraits) {
        if (!asking.container().isEmpty()) {
            return Optional.of(asking.container());
        }
        return portraits.entrySet().stream()
                .filter(entry -> entry.getValue().id().equals(question.container()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** All at once: the first sample of each takes the engine a while. */
    private ObjectNode statistics(Map<String, Portrait> portraits) throws InterruptedException {
        Map<String, FutureTask<Optional<ObjectNode>>> tasks = new LinkedHashMap<>();
        portraits.forEach((name, portrait) -> {
            FutureTask<Optional<ObjectNode>> task = new FutureTask<>(() -> statistics(portraits, name));
            tasks.put(portrait.id(), task);
            Thread.ofVirtual().name("task-statistics").start(task);
        });
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, FutureTask<Optional<ObjectNode>>> task : tasks.entrySet()) {
            await(task.getValue()).ifPresent(sample -> all.set(task.getKey(), sample));
        }
        return all;
    }

    private Optional<ObjectNode> statistics(Map<String, Portrait> portraits, String name) throws InterruptedException {
        Portrait portrait = portraits.get(name);
        if (portrait == null || !portrait.isRunning()) {
            return Optional.empty();
        }
        ObjectNode sample = samples.take(portrait.id());
        Portrait holder = portraits.get(Sandbox.OF_TASK);
        if (holder != null && holder.isRunning() && !sample.has("networks")) {
            // The engine counts what goes over the network where it belongs to.
            ObjectNode network = samples.take(holder.id());
            sample.set("networks", network.path("networks"));
            sample.set("network_rate_stats", network.path("network_rate_stats"));
        }
        return Optional.of(sample);
    }

    private static <T> T await(FutureTask<T> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof EngineException refused ? refused : new IllegalStateException(e.getCause());
        }
    }
}
