package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The defaults of what keeps pods running, or runs them to their end. */
final class ControllerDefaults {

    private static final int REVISIONS = 10;
    private static final int PROGRESS_SECONDS = 600;
    private static final String ROLLING = "RollingUpdate";
    private static final String PART = "25%";
    private static final String BATCH = "batch.kubernetes.io/";

    private ControllerDefaults() {}

    static void deployment(Gaps deployment) {
        Gaps spec = deployment.within("spec");
        spec.put("replicas", 1).put("revisionHistoryLimit", REVISIONS).put("progressDeadlineSeconds", PROGRESS_SECONDS);
        Gaps strategy = spec.within("strategy").put("type", ROLLING);
        if (strategy.text("type").equals(ROLLING)) {
            strategy.within("rollingUpdate").put("maxUnavailable", PART).put("maxSurge", PART);
        }
        PodDefaults.template(spec);
    }

    static void replicaSet(Gaps set) {
        PodDefaults.template(set.within("spec").put("replicas", 1));
    }

    static void replicationController(Gaps controller) {
        Gaps spec = controller.within("spec").put("replicas", 1);
        PodDefaults.template(spec);
        spec.within("template")
                .at("metadata")
                .flatMap(metadata -> metadata.at("labels"))
                .forEach(labels -> {
                    if (spec.object().path("selector").isEmpty()) {
                        spec.object().set("selector", labels.object().deepCopy());
                    }
                });
        labelsOfTemplate(controller, spec);
    }

    static void statefulSet(Gaps set) {
        Gaps spec = set.within("spec");
        spec.put("replicas", 1).put("podManagementPolicy", "OrderedReady").put("revisionHistoryLimit", REVISIONS);
        Gaps strategy = spec.within("updateStrategy").put("type", ROLLING);
        if (strategy.text("type").equals(ROLLING)) {
            strategy.within("rollingUpdate").put("partition", 0);
        }
        spec.within("persistentVolumeClaimRetentionPolicy")
                .put("whenDeleted", "Retain")
                .put("whenScaled", "Retain");
        spec.each("volumeClaimTemplates").forEach(claim -> {
            claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
            claim.within("spec").put("volumeMode", "Filesystem");
            claim.within("status").put("phase", "Pending");
        });
        PodDefaults.template(spec);
    }

    static void daemonSet(Gaps set) {
        Gaps spec = set.within("spec").put("revisionHistoryLimit", REVISIONS);
        Gaps strategy = spec.within("updateStrategy").put("type", ROLLING);
        if (strategy.text("type").equals(ROLLING)) {
            strategy.within("rollingUpdate").put("maxUnavailable", 1).put("maxSurge", 0);
        }
        PodDefaults.template(spec);
    }

    static void job(Gaps job) {
        Gaps spec = job.within("spec");
        if (spec.isAbsent("completions") && spec.isAbsent("parallelism")) {
            spec.put("completions", 1);
        }
        spec.put("parallelism", 1)
                .put("backoffLimit", spec.isAbsent("backoffLimitPerIndex") ? 6 : Integer.MAX_VALUE)
                .put("completionMode", "NonIndexed")
                .put("suspend", false)
                .put("manualSelector", false)
                .put("podReplacementPolicy", spec.isAbsent("podFailurePolicy") ? "TerminatingOrFailed" : "Failed");
        failurePolicy(spec);
        PodDefaults.template(spec);
        Gaps metadata = job.within("metadata");
        boolean isChosen = spec.object().path("manualSelector").asBoolean();
        if (!isChosen && spec.isAbsent("selector") && !metadata.text("uid").isEmpty()) {
            select(spec, metadata.text("name"), metadata.text("uid"));
        }
        labelsOfTemplate(job, spec);
    }

    static void cronJob(Gaps cronJob) {
        Gaps spec = cronJob.within("spec");
        spec.put("concurrencyPolicy", "Allow")
                .put("suspend", false)
                .put("successfulJobsHistoryLimit", 3)
                .put("failedJobsHistoryLimit", 1);
        Gaps job = spec.within("jobTemplate").within("spec");
        failurePolicy(job);
        PodDefaults.template(job);
    }

    private static void failurePolicy(Gaps job) {
        job.at("podFailurePolicy")
                .flatMap(policy -> policy.each("rules"))
                .flatMap(rule -> rule.each("onPodConditions"))
                .forEach(condition -> condition.put("status", "True"));
    }

    /** A job knows its pods by its own uid, so that two jobs of one template do not take each other's. */
    private static void select(Gaps spec, String name, String uid) {
        spec.within("selector").within("matchLabels").put(BATCH + "controller-uid", uid);
        Gaps labels = spec.within("template").within("metadata").within("labels");
        for (String prefix : List.of("", BATCH)) {
            labels.object().put(prefix + "controller-uid", uid).put(prefix + "job-name", name);
        }
    }

    /** What has no labels of its own has those of its pods. */
    private static void labelsOfTemplate(Gaps owner, Gaps spec) {
        ObjectNode metadata = owner.within("metadata").object();
        spec.within("template")
                .at("metadata")
                .flatMap(template -> template.at("labels"))
                .forEach(labels -> {
                    if (metadata.path("labels").isEmpty()) {
                        metadata.set("labels", labels.object().deepCopy());
                    }
                });
    }
}
