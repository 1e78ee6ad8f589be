/** Set times as cron tells them. Reads schedules and finds the times before and after a moment; knows no kind that uses them. */
@NullMarked
package dev.gantry.controller.kube.schedule;

import org.jspecify.annotations.NullMarked;
