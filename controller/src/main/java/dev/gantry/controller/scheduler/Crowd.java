package dev.gantry.controller.scheduler;

import dev.gantry.proto.PodCrowd;
import java.util.List;

/**
 * The pods that a rule counts.
 *
 * @param all what each of them must be at once
 * @param staying whether those that shall stop are left out
 */
record Crowd(List<PodCrowd> all, boolean staying) {

    Crowd {
        all = List.copyOf(all);
    }
}
