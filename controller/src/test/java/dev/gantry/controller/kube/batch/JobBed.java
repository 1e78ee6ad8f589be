package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A store with one job, {@code sum}, and those who look after it and its pods. */
abstract class JobBed {

    private static final String JOB = """
        {'metadata': {'name': 'sum'}, 'spec': {%s
         'template': {'spec': {'restartPolicy': 'Never', 'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    final ObjectWorld world = new ObjectWorld(List.of(new JobReconciler(new PodCompiler()), new GarbageReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    /** @param spec members of the job's spec beside its template, none or some */
    void create(String spec) {
        world.create("jobs", JOB.formatted(spec.isEmpty() ? "" : spec + ","));
        world.settle();
    }

    void end(PodDocument pod, int exitCode) {
        world.end(pod, exitCode);
        world.settle();
    }

    List<PodDocument> active() {
        return world.pods().stream()
                .filter(pod -> !pod.isOver() && !pod.isDeleted())
                .toList();
    }

    JsonNode status() {
        return world.object("jobs", "sum").status();
    }

    String condition(String type) {
        return ObjectWorld.condition(status(), type);
    }
}
