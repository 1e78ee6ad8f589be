package dev.gantry.controller.kube.autoscale;

import java.util.Map;
import java.util.Optional;

/** What the pods shall use on average. Amounts are in thousandths. */
sealed interface Goal {

    /** The worst that a percentage is assumed to be of what is not known. */
    int WHOLE = 100;

    /**
     * How much is used.
     *
     * @param ratio   to what shall be
     * @param percent of what was asked for; 0 where that does not matter
     * @param average of a pod
     */
    record Load(double ratio, int percent, long average) {}

    /** @param values what each pod uses, by its name; empty when nothing follows from them */
    Optional<Load> load(Map<String, Long> values);

    /** What a pod of which nothing is known uses, if there are too many pods. */
    long assumed(String pod);

    /**
     * A part of what the pods ask for.
     *
     * @param requests by the pod's name
     */
    record Utilization(int percent, Map<String, Long> requests) implements Goal {

        public Utilization {
            requests = Map.copyOf(requests);
        }

        @Override
        public Optional<Load> load(Map<String, Long> values) {
            long used = 0;
            long asked = 0;
            int pods = 0;
            for (Map.Entry<String, Long> value : values.entrySet()) {
                Long request = requests.get(value.getKey());
                if (request != null) {
                    used += value.getValue();
                    asked += request;
                    pods++;
                }
            }
            if (asked == 0) {
                return Optional.empty();
            }
            int now = (int) (used * WHOLE / asked);
            return Optional.of(new Load((double) now / percent, now, used / pods));
        }

        @Override
        public long assumed(String pod) {
            return requests.getOrDefault(pod, 0L) * Math.max(WHOLE, percent) / WHOLE;
        }
    }

    /** An amount for each pod. */
    record Average(long milli) implements Goal {

        @Override
        public Optional<Load> load(Map<String, Long> values) {
            long used = values.values().stream().mapToLong(Long::longValue).sum();
            long average = used / values.size();
            return Optional.of(new Load((double) average / milli, 0, average));
        }

        @Override
        public long assumed(String pod) {
            return milli;
        }
    }
}
