package dev.gantry.agent;

import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskQuestion;
import java.io.IOException;

/** Answers what a node cannot answer its tasks itself. */
@FunctionalInterface
public interface TaskCounsel {

    /** @throws IOException when there is nobody to ask at the moment */
    TaskAnswer ask(TaskQuestion question) throws IOException;
}
