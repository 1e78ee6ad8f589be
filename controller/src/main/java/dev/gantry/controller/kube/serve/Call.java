package dev.gantry.controller.kube.serve;

import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.kube.access.User;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.util.List;

/** One request about objects, of somebody who may make it. */
record Call(HttpRequest http, Target.Objects target, Query query, User user) {

    /** Whether everything shall be done but the writing. */
    boolean isDryRun() {
        List<String> asked = query.all("dryRun");
        if (asked.stream().anyMatch(one -> !one.equals("All"))) {
            throw KubeRefusal.badRequest("Invalid value for dryRun: only All is supported");
        }
        return !asked.isEmpty();
    }

    /** Who owns the fields that the request writes. */
    String fieldOwner() {
        String asked = query.text("fieldManager");
        if (!asked.isEmpty()) {
            return asked;
        }
        String agent = http.headers().first("User-Agent").orElse("unknown");
        int slash = agent.indexOf('/');
        return slash < 0 ? agent : agent.substring(0, slash);
    }
}
