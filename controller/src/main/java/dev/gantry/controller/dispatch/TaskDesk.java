package dev.gantry.controller.dispatch;

import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskError;
import dev.gantry.proto.TaskQuestion;

/** Answers what tasks ask through the nodes that run them. */
@FunctionalInterface
public interface TaskDesk {

    /** Knows no answer. */
    TaskDesk NONE = (_, _) -> TaskAnswer.newBuilder()
            .setError(TaskError.newBuilder()
                    .setStatus(501)
                    .setCode("UnsupportedFeatureException")
                    .setMessage("This controller does not answer tasks."))
            .build();

    /**
     * @param question of a task that its node runs
     * @param from     address of the node
     */
    TaskAnswer answer(TaskQuestion question, String from) throws InterruptedException;
}
