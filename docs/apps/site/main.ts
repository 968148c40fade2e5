import './site.css';
import { copyButtons } from './copy.ts';
import { quickSearch } from './quick-search.ts';
import { searchPage } from './search-page.ts';

quickSearch();
searchPage();
copyButtons();
