package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.proto.Finished;

/** How commands end, in the form that clients read exit codes from. */
final class Endings {

    private Endings() {}

    static ObjectNode status(Finished finished) {
        if (!finished.getError().isEmpty()) {
            return KubeRefusal.of(Reason.INTERNAL, finished.getError()).status();
        }
        if (finished.getExitCode() == 0) {
            return Answers.success();
        }
        ObjectNode status = Answers.success();
        status.put("status", "Failure")
                .put("reason", "NonZeroExitCode")
                .put("message", "command terminated with non-zero exit code: " + finished.getExitCode());
        status.putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", Integer.toString(finished.getExitCode()));
        return status;
    }
}
