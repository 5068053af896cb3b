// What a dry run is asked and answers, by the names that the console uses.
import type { Schema } from '../api/types';

export type DryRun = Schema['DryRunView'];
export type DryRunStep = Schema['StepView'];
export type DryRunOption = Schema['TransitionPart'];
export type Choice = Schema['ChoiceRequest'];
