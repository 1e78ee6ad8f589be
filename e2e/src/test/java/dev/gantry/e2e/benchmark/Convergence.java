package dev.gantry.e2e.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.EcsAnswers;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.Output;
import dev.gantry.controller.ecs.EcsFrontEnd;
import dev.gantry.controller.ecs.EcsParts;
import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.controller.ecs.PageCodec;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.PlacementForecast;
import dev.gantry.store.Backend;
import dev.gantry.store.Snapshot;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGeneratorFactory;

/**
 * What a controller itself does from the call of CreateService until all tasks run: its handlers, reconcilers, scheduler,
 * images and rules on one thread, over a store in memory, without sockets and disks. Counts that thread's processor time,
 * which a busy machine does not change much.
 */
final class Convergence implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Caller CALLER = new Caller("000000000000", "us-east-1", "arn:aws:iam::000000000000:root", "r");

    private final SplittableRandom chance = new SplittableRandom(1);
    private final OneThread controller;
    private final EcsFrontEnd front;
    private int services;

    Convergence(int nodes) throws InterruptedException {
        controller = new OneThread(nodes);
        EcsSetup.defaultCluster(
                controller.store(), "default", controller.clock().instant());
        front = EcsFrontEnd.of(new EcsParts(
                controller.store(),
                OneThread.ARNS,
                controller.clock(),
                () -> String.format(Locale.ROOT, "%032x", chance.nextLong()),
                () -> String.format(Locale.ROOT, "ecs-svc/%019d", chance.nextLong() >>> 4),
                new NoPages(),
                EcsAnswers.preview(new PlacementForecast(
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1))),
                EcsAnswers.filter()));
    }

    /** Every list is short enough for one page. */
    private static final class NoPages implements PageCodec {
        @Override
        public String issue(String operation, String query, String position) {
            return position;
        }

        @Override
        public String position(String operation, String query, String token) {
            return token;
        }
    }

    OneThread controller() {
        return controller;
    }

    void call(String operation, String input) throws Exception {
        Output _ = front.call(operation, JSON.readTree(input), CALLER);
        controller.store().catchUp();
    }

    /** Seconds of processor time until so many tasks of new services run. */
    double service(int count) throws Exception {
        int wanted = running(controller.store().snapshot()) + count;
        return controller.seconds(() -> create(count), image -> running(image) >= wanted);
    }

    private void create(int count) throws Exception {
        for (int left = count; left > 0; left -= FleetBenchmark.SERVICE_MAX) {
            call(
                    "CreateService",
                    FleetBenchmark.service("fleet-" + services++, Math.min(left, FleetBenchmark.SERVICE_MAX)));
        }
    }

    private static int running(Snapshot image) {
        return image.count(Kinds.WORKLOADS_BY_PROGRESS, "default/running");
    }

    Backend.Contents contents() {
        return controller.contents();
    }

    @Override
    public void close() {
        controller.close();
    }
}
