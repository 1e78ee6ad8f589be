package dev.gantry.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where a kill point is arranged: one controller, one host.
 *
 * @param name a prefix of what this kill point makes, so that it meets nobody else's
 */
record Scene(Fleet fleet, Host host, Api api, Random chance, String name) {

    private static final CountDownLatch NEVER = new CountDownLatch(1);

    Ecs ecs() {
        return new Ecs(api);
    }

    Gantry controller() {
        return fleet.controller(0);
    }

    Engine engine() {
        return host.engine();
    }

    /** The definition that sleeps, in this kill point's own family. */
    String idle() {
        return ecs().register(name, Ecs.IDLE);
    }

    /** A service of that, all of whose tasks run. */
    String stableService(int count, String extras) {
        ecs().create(name, idle(), count, extras);
        ecs().awaitRunning(name, count);
        return name;
    }

    /** Sends a request on a thread of its own; what comes of it, if anything does before the controller is gone. */
    FutureTask<Optional<JsonNode>> send(String operation, String input) {
        FutureTask<Optional<JsonNode>> task = new FutureTask<>(() -> {
            try {
                Api.Answer answer = api.send(operation, input);
                return answer.isOk() ? Optional.of(answer.body()) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        });
        Thread.ofVirtual().name("request").start(task);
        return task;
    }

    static Optional<JsonNode> outcome(FutureTask<Optional<JsonNode>> sent) throws InterruptedException {
        try {
            return sent.get(40, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** A moment by chance. */
    void moment(int microsMax) throws InterruptedException {
        boolean _ = NEVER.await(chance.nextInt(microsMax), TimeUnit.MICROSECONDS);
    }

    /** Whether the controller came so far after the log had a length, as its log tells. */
    boolean hasLogged(String text, int after) {
        String all = Fleet.log(fleet.controllerHome(0));
        return all.length() > after && all.substring(after).contains(text);
    }

    int logLength() {
        return Fleet.log(fleet.controllerHome(0)).length();
    }

    Containers containers() {
        return Containers.all(List.of(engine()));
    }

    JsonNode deployment() {
        return ecs().service(name).path("deployments").path(0);
    }
}
