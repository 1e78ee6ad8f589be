package dev.gantry.agent;

import dev.gantry.proto.DesiredWorkload;
import java.util.Map;

/** What a task asks of the node that it runs on. */
public interface TaskEndpoints {

    /** Offers nothing. */
    TaskEndpoints NONE = new TaskEndpoints() {
        @Override
        public void meet(Tenants tenants, TaskCounsel counsel) {}

        @Override
        public Map<String, String> variables(DesiredWorkload workload, String container) {
            return Map.of();
        }
    };

    /** Learns who runs here, and whom to ask what is not known here. */
    void meet(Tenants tenants, TaskCounsel counsel);

    /** The variables that tell a container where it may ask; none for one that could not reach it. */
    Map<String, String> variables(DesiredWorkload workload, String container) throws InterruptedException;
}
