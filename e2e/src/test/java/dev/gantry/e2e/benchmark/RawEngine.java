package dev.gantry.e2e.benchmark;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import dev.gantry.e2e.bed.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The engine alone, through the same client library and with the same container: what Gantry is measured against. */
final class RawEngine implements AutoCloseable {

    static final String[] COMMAND = {"/bin/sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"};

    /** Of a task with {@code cpu} 1: on a busy machine the share decides how fast a container starts. */
    private static final int CPU_SHARES = 2;

    private final DockerClient docker;
    private int next;

    RawEngine(Engine engine) {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(engine.address())
                .build();
        this.docker = DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .maxConnections(64)
                        .build());
    }

    /** Milliseconds from the create call to the answer of the start call. */
    double launch() {
        long began = System.nanoTime();
        String id = docker.createContainerCmd(Engine.IMAGE)
                .withName("raw-" + next())
                .withCmd(COMMAND)
                .withHostConfig(HostConfig.newHostConfig().withMemory(16L << 20).withCpuShares(CPU_SHARES))
                .exec()
                .getId();
        docker.startContainerCmd(id).exec();
        return (System.nanoTime() - began) / 1e6;
    }

    /** Containers started per second, {@code count} of them, {@code parallel} at a time. */
    double rate(int count, int parallel) throws Exception {
        long began = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(parallel)) {
            List<Future<Double>> launches = new ArrayList<>();
            for (int index = 0; index < count; index++) {
                launches.add(threads.submit(this::launch));
            }
            for (Future<Double> launch : launches) {
                launch.get();
            }
        }
        double rate = count / ((System.nanoTime() - began) / 1e9);
        removeAll();
        return rate;
    }

    void removeAll() {
        docker.listContainersCmd().withShowAll(true).exec().parallelStream()
                .filter(container -> container.getNames()[0].startsWith("/raw-"))
                .forEach(container -> docker.removeContainerCmd(container.getId())
                        .withForce(true)
                        .exec());
    }

    @Override
    public void close() throws Exception {
        removeAll();
        docker.close();
    }

    private synchronized int next() {
        return next++;
    }
}
