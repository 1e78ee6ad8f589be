package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How far a service is, as one line of a progress table.
 *
 * @param revision {@code family:revision} of the primary deployment
 * @param state    of the primary deployment; empty when the API does not say
 * @param event    the newest message; empty when there is none
 */
public record Rollout(
        String service,
        String revision,
        int desired,
        int running,
        int pending,
        int failed,
        String state,
        boolean alone,
        String event) {

    /** Reads it from a service as DescribeServices answers it. */
    public static Rollout of(JsonNode service) {
        JsonNode primary = service.path("deployments").path(0);
        for (JsonNode deployment : service.path("deployments")) {
            if (deployment.path("status").asText().equals("PRIMARY")) {
                primary = deployment;
            }
        }
        String arn = primary.path("taskDefinition")
                .asText(service.path("taskDefinition").asText());
        return new Rollout(
                service.path("serviceName").asText(),
                arn.substring(arn.lastIndexOf('/') + 1),
                service.path("desiredCount").asInt(),
                service.path("runningCount").asInt(),
                service.path("pendingCount").asInt(),
                primary.path("failedTasks").asInt(),
                primary.path("rolloutState").asText(""),
                service.path("deployments").size() <= 1,
                service.path("events").path(0).path("message").asText(""));
    }

    /** As `aws ecs wait services-stable` sees it: one deployment, everything that is wanted runs. */
    public boolean isSteady() {
        return alone && running == desired && !state.equals("IN_PROGRESS");
    }

    public boolean hasFailed() {
        return state.equals("FAILED");
    }
}
