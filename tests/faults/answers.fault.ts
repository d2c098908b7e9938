import { answerScenarios } from './answers';
import { embeddedStore } from './bed';

answerScenarios(embeddedStore);
