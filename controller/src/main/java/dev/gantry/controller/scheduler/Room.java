package dev.gantry.controller.scheduler;

import dev.gantry.proto.Victim;
import java.util.List;

/** Whether ending pods of lower priority makes room for one that nobody takes. */
sealed interface Room {

    /** On this node, once these have ended. */
    record Made(String node, List<Victim> victims) implements Room {

        public Made {
            victims = List.copyOf(victims);
        }
    }

    /**
     * There is nothing to gain from it.
     *
     * @param why how many nodes said what, or why it was not tried; empty for what may end nobody
     */
    record None(String why) implements Room {}
}
